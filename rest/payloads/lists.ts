import { z } from 'zod';
import type { OwnFault } from './describe-issue.js';

const outOfRange = { code: 'invalid_request', type: 'out_of_range' } satisfies OwnFault;

/** A whole number from 1, of any size: a page beyond the end is empty and no fault. */
const counted = z
  .string()
  .refine((text) => /^-?\d+$/.test(text), 'must be a whole number')
  .transform(Number)
  .refine((number) => number >= 1, { message: 'must be at least 1', params: outOfRange })
  .refine(Number.isFinite, { message: 'is too large', params: outOfRange })
  .meta({ type: 'integer', minimum: 1 });

/** The maximal offset that GraphQL takes; no list is as long. */
const maxOffset = 2 ** 31 - 1;

/**
 * `?page=1&size=20` of a list. A size over `maxSize` counts as `maxSize`, without an error.
 * @param defaultSize rows a page where the query has no `size`
 */
export function pageQuery(defaultSize: number, maxSize: number) {
  return z.object({
    page: counted.default(1).describe('The page, from 1. A page beyond the end is empty.'),
    size: counted
      .transform((size) => Math.min(size, maxSize))
      .default(defaultSize)
      .describe(`Rows on a page. A size over ${maxSize} counts as ${maxSize}.`),
  });
}

/** A flag in a query: `true`, `false`, `1` or `0`. */
export const queryFlag = z
  .enum(['true', 'false', '1', '0'])
  .transform((value) => value === 'true' || value === '1');

/** The GraphQL variables of a page. */
export function offsetOf(page: { page: number; size: number }): { offset: number; limit: number } {
  return { offset: Math.min((page.page - 1) * page.size, maxOffset), limit: page.size };
}
