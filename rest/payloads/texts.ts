import { z } from 'zod';
import { ofKind, type ValueKind } from './value-checks.js';

/** Bounds that the commands check; the payload states them for clients and leaves the check to the command. */
interface StatedBounds {
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: 'uuid';
}

/**
 * A text with bounds that are stated in the description of the API. The command checks them, so that GraphQL and REST
 * answer a fault with the same code.
 * @param kind what the text is, if there is a rule for it that can be checked alone
 */
export function text(description: string, bounds: StatedBounds = {}, kind?: ValueKind) {
  const schema = z.string().meta({ description, ...bounds });
  return kind ? ofKind(kind, schema) : schema;
}

/**
 * The id of something of the space, which must exist: an unknown id is an `invalid_request`. @param kind as for {@link text}
 */
export function idText(description: string, kind?: ValueKind) {
  return text(description, { format: 'uuid', minLength: 36, maxLength: 36 }, kind);
}

/** A path in a repository. @param kind as for {@link text} */
export function pathText(description: string, kind?: 'newPath' | 'notebookPath' | 'readPath') {
  return text(description, { minLength: 1, maxLength: 4096 }, kind);
}

/** The name of a branch, or a ref. @param kind as for {@link text} */
export function refText(description: string, kind?: 'branch' | 'ref') {
  return text(description, { minLength: 1, maxLength: 200 }, kind);
}

/** The blob that a write expects. */
export const baseShaText = text(
  'The blob sha that you read last; the write is refused where the branch has another.',
  { pattern: '^[0-9a-f]{40}$' },
  'blobSha',
);

/** The message of a commit. */
export const commitMessageText = text(
  'The message of the commit; default: one that names the change and the path.',
  { maxLength: 10_000 },
  'commitMessage',
);

/** The ref that is read. */
export const readRefText = refText(
  'A branch, a tag or a commit sha of 7 digits or more; default: the default branch.',
  'ref',
);

/** The workspace of what is listed. */
export const ofWorkspaceText = text('Lists only those of this workspace.', { format: 'uuid' }, 'uuid');
