import { invalidField } from '../../errors.js';

/** What is searched. */
export type SearchIn = 'names' | 'content';

/** A search, as a client asks for it. */
export interface SearchInput {
  /** The text to find: 1 to 256 characters of one line. */
  q: string;
  /** A branch, tag or commit sha; default the branch of the workspace. */
  ref?: string | null;
  /** Default the content of files. */
  in?: SearchIn | null;
  /** Default false: upper and lower case are equal. */
  caseSensitive?: boolean | null;
}

const maxLength = 256;

/** Checks the text of a search. @throws DomainError `invalid_request` naming `q` */
export function checkSearchText(q: string): string {
  if (q.trim() === '') throw invalidField('q', 'must not be empty', 'too_short');
  if (q.length > maxLength) throw invalidField('q', `must have at most ${maxLength} characters`, 'too_long');
  if (/\p{Cs}/u.test(q)) throw invalidField('q', 'must be valid Unicode');
  if (/[\p{Zl}\p{Zp}]|[^\P{Cc}\t]/u.test(q))
    throw invalidField('q', 'must be one line without control characters');
  return q;
}

/**
 * The texts that the bytes of a file may have where a search finds `q`: as it is, and as the JSON of a notebook writes it,
 * also where a program wrote every character outside of ASCII with an escape.
 */
export function storedTexts(q: string): string[] {
  const json = JSON.stringify(q).slice(1, -1);
  const ascii = json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [...new Set([q, json, ascii])];
}
