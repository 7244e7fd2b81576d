import { z } from 'zod';

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
 */
export function text(description: string, bounds: StatedBounds = {}) {
  return z.string().meta({ description, ...bounds });
}

/** The id of something of the space, which must exist: an unknown id is an `invalid_request`. */
export function idText(description: string) {
  return text(description, { format: 'uuid', minLength: 36, maxLength: 36 });
}

/** A path in a repository. */
export function pathText(description: string) {
  return text(description, { minLength: 1, maxLength: 4096 });
}

/** The name of a branch, or a ref. */
export function refText(description: string) {
  return text(description, { minLength: 1, maxLength: 200 });
}

/** The blob that a write expects. */
export const baseShaText = text(
  'The blob sha that you read last; the write is refused where the branch has another.',
  { pattern: '^[0-9a-f]{40}$' },
);

/** The message of a commit. */
export const commitMessageText = text(
  'The message of the commit; default: one that names the change and the path.',
  { maxLength: 10_000 },
);
