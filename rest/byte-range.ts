/** A part of a file. A negative `start` counts from the end; without `length` it ends at the end. */
export interface ByteRange {
  start: number;
  length?: number;
}

/** No file is as large, and as a length it fits into GraphQL's Int. */
const maxNumber = 2 ** 31 - 2;

/**
 * Reads the header `Range`, e.g. `bytes=0-99` or `bytes=-100`.
 * @returns null when there is none, and for several ranges, another unit or what is no range: the answer is the whole file
 *   then. A range of no bytes begins where no file has any.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2
 */
export function parseRange(header: string | null): ByteRange | null {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  const end = Math.min(Number(last), maxNumber);
  if (first === '') return { start: end > 0 ? -end : maxNumber };
  const start = Math.min(Number(first), maxNumber);
  if (last === '') return { start };
  return end < start ? null : { start, length: end - start + 1 };
}
