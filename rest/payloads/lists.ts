import { z } from 'zod';

/** A whole number from 1; however large it is, it is no fault. */
const counted = z.coerce
  .number()
  .min(1)
  .refine(Number.isInteger, 'must be a whole number')
  .meta({ type: 'integer' });

/** What GraphQL takes as an offset; no list is as long. */
const furthest = 2 ** 31 - 1;

/**
 * `?page=1&size=20` as offset and limit; a size over `largest` counts as `largest`, without an error, and a page beyond the
 * end is empty.
 */
export function pageQuery(defaultSize: number, largest: number) {
  return z.object({
    page: counted.default(1).describe('From 1.'),
    size: counted
      .transform((size) => Math.min(size, largest))
      .default(defaultSize)
      .describe(`Rows a page; default ${defaultSize}, over ${largest} counts as ${largest}.`),
  });
}

/** A flag in a query: `true`, `false`, `1` or `0`. */
export const queryFlag = z
  .enum(['true', 'false', '1', '0'])
  .transform((value) => value === 'true' || value === '1');

/** The variables of a page. */
export function offsetOf(page: { page: number; size: number }): { offset: number; limit: number } {
  return { offset: Math.min((page.page - 1) * page.size, furthest), limit: page.size };
}
