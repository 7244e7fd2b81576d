import { DomainError } from '../src/errors.js';

/** What a resource is now, for preconditions; null where it does not exist. */
export type CurrentTags = { etag: string; others?: readonly string[] } | null;

interface TagList {
  isAny: boolean;
  tags: { value: string; isWeak: boolean }[];
}

/**
 * Whether the client has what a resource has now: `If-None-Match` lists its tag.
 * @param etag in quotes
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 */
export function knowsEtag(headers: Headers, etag: string): boolean {
  const { isAny, tags } = listOf(headers.get('if-none-match'));
  return isAny || tags.some(({ value }) => value === etag);
}

/** Whether a request has a precondition on the state of a resource. */
export function isConditional(headers: Headers): boolean {
  return headers.has('if-match') || headers.has('if-none-match');
}

/**
 * Whether the preconditions of a write hold.
 * @param current.etag in quotes
 * @param current.others tags that `If-Match` accepts too
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
 */
export function meetsPreconditions(headers: Headers, current: CurrentTags): boolean {
  if (headers.has('if-match')) {
    const { isAny, tags } = listOf(headers.get('if-match'));
    if (!current) return false;
    const accepted = [current.etag, ...(current.others ?? [])];
    // Strong comparison: a weak tag never matches.
    if (!isAny && !tags.some(({ value, isWeak }) => !isWeak && accepted.includes(value))) return false;
  }
  return !(headers.has('if-none-match') && current && knowsEtag(headers, current.etag));
}

/**
 * The tags, without quotes, of which a resource that always exists must have one for a write; undefined for any. A weak tag in
 * `If-Match` never matches, so it is not one of them. There are none for `If-None-Match: *`, which holds only where nothing
 * exists: then the write is refused after all other checks. Tags in `If-None-Match` are ignored.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1
 */
export function tagsToMatch(headers: Headers): string[] | undefined {
  if (listOf(headers.get('if-none-match')).isAny) return [];
  if (!headers.has('if-match')) return undefined;
  const { isAny, tags } = listOf(headers.get('if-match'));
  return isAny ? undefined : tags.filter(({ isWeak }) => !isWeak).map(({ value }) => value.slice(1, -1));
}

/**
 * Refuses a write with a condition that cannot hold, because what is written has no entity tag: `If-Match` with tags, and
 * `If-None-Match: *` for what exists.
 * @param exists whether the write is one of something that exists, or else finds nothing
 * @throws DomainError `precondition_failed`
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1
 */
export function assertNoTagAsked(headers: Headers, exists: boolean): void {
  if (headers.has('if-match') && !listOf(headers.get('if-match')).isAny)
    throw new DomainError(
      'precondition_failed',
      'If-Match has an entity tag, and what this request writes has none; send it without If-Match, or with *.',
    );
  if (exists && listOf(headers.get('if-none-match')).isAny)
    throw new DomainError(
      'precondition_failed',
      'If-None-Match asks that this does not exist, and the request changes what exists; send it without If-None-Match.',
    );
}

function listOf(header: string | null): TagList {
  if (header?.trim() === '*') return { isAny: true, tags: [] };
  const found = (header ?? '').matchAll(/(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g);
  return {
    isAny: false,
    tags: [...found].map(([, weak, value]) => ({ value: value!, isWeak: weak !== undefined })),
  };
}
