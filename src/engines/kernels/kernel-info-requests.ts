import type { KernelMessage } from '@jupyterlab/services';
import type { IncomingMessage } from './decode-message.js';

/** The most questions that are remembered; the oldest go first, as a lost one is never answered. */
const maxOpen = 16;

/**
 * Follows the `kernel_info_request`s of a connection, ours and the library's at each connect. One is answered when its
 * reply and its idle status are in: the kernel has then done all that was asked before it, and told of it.
 */
export interface KernelQuestions<T> {
  /** To be told of every message that is sent; `context` comes back with the answer. */
  sent(message: KernelMessage.IMessage, context: T): void;
  /** To be told of every message that arrives; the context of the question that it answers in full. */
  arrived(message: IncomingMessage): { context: T } | undefined;
  /** Forgets what was asked, as the kernel that would answer is gone. */
  clear(): void;
}

/** Makes a {@link KernelQuestions}. */
export function createKernelQuestions<T>(): KernelQuestions<T> {
  const open = new Map<string, { context: T; reply: boolean; idle: boolean }>();
  return {
    sent(message, context) {
      if (message.header.msg_type !== 'kernel_info_request') return;
      open.set(message.header.msg_id, { context, reply: false, idle: false });
      const [oldest] = open.keys();
      if (open.size > maxOpen && oldest !== undefined) open.delete(oldest);
    },
    arrived(message) {
      const { msg_id: id } = message.parent_header as { msg_id: string };
      const question = open.get(id);
      if (!question) return undefined;
      if (message.channel === 'shell') question.reply = true;
      if (message.event?.type === 'status' && message.event.execution_state === 'idle') question.idle = true;
      if (!question.reply || !question.idle) return undefined;
      open.delete(id);
      return { context: question.context };
    },
    clear: () => open.clear(),
  };
}
