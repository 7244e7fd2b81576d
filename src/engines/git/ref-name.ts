import { DomainError } from '../../errors.js';

const maxNameBytes = 200;
const objectId = /^[0-9a-f]{40}$/;

/** Whether a text is a full object id: 40 lower-case hex digits. */
export function isObjectId(text: string): boolean {
  return objectId.test(text);
}

/**
 * Whether a branch or tag may have the name: `git check-ref-format --branch` accepts it, and it has at most 200 bytes, is valid
 * Unicode, and is neither `HEAD` nor 40 hex digits, which would mean a commit.
 * @see https://git-scm.com/docs/git-check-ref-format
 */
export function isBranchName(name: string): boolean {
  if (typeof name !== 'string' || name === '' || Buffer.byteLength(name) > maxNameBytes) return false;
  if (/\p{Cs}/u.test(name) || name === '@' || name === 'HEAD' || objectId.test(name.toLowerCase()))
    return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Git refuses.
  if (/[\x00-\x20\x7f~^:?*[\\]/.test(name)) return false;
  if (name.startsWith('-') || name.endsWith('.') || name.includes('..') || name.includes('@{')) return false;
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}

/**
 * Refuses a name that {@link isBranchName} does not accept.
 * @throws DomainError `invalid_ref`
 */
export function assertBranchName(name: string): void {
  if (!isBranchName(name)) {
    throw new DomainError('invalid_ref', 'This is not a valid branch or tag name.');
  }
}
