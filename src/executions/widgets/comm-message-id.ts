import { randomUUID } from 'node:crypto';
import { isUuid } from '../../validation/validate.js';

const form = /^(comm|sync)_([0-9a-f-]{36})_([0-9a-f-]{36})$/;
const noExecution = '00000000-0000-0000-0000-000000000000';

/**
 * Makes the id of a comm message to a kernel. It names the execution that the comm belongs to, so that any later process of
 * the gateway finds the log for what the message causes.
 * @param kind `comm` for a message of a client, `sync` for one of the gateway itself
 * @param executionId undefined where the session has run nothing yet
 * @param messageId a UUID that the client chose for its message; default a new one
 */
export function commMessageId(
  kind: 'comm' | 'sync',
  executionId: string | undefined,
  messageId: string = randomUUID(),
): string {
  return `${kind}_${executionId ?? noExecution}_${messageId}`;
}

/**
 * The execution to whose log a message of the kernel belongs, by the id of its parent.
 * @returns undefined for none. Other clients of the kernel may use UUIDs too, so it may be one of theirs
 */
export function executionOfParent(parentMessageId: string): string | undefined {
  const id = form.exec(parentMessageId)?.[2] ?? parentMessageId;
  return isUuid(id) && id !== noExecution ? id : undefined;
}

/** The `messageId` of the message of a client that caused a message of the kernel, by the id of its parent. */
export function clientMessageOfParent(parentMessageId: string): string | undefined {
  const [, kind, , messageId] = form.exec(parentMessageId) ?? [];
  return kind === 'comm' ? messageId : undefined;
}

/** Whether a message of the kernel is about a message of the gateway itself, by the id of its parent. */
export function isAboutSync(parentMessageId: string): boolean {
  return form.exec(parentMessageId)?.[1] === 'sync';
}
