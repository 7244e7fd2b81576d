import { z } from 'zod';

/** `?page=1&size=20` as offset and limit; a size over `largest` counts as `largest`, without an error. */
export function pageQuery(defaultSize: number, largest: number) {
  return z.object({
    page: z.coerce.number().int().min(1).max(1_000_000).default(1).describe('From 1.'),
    size: z.coerce
      .number()
      .int()
      .min(1)
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
  return { offset: (page.page - 1) * page.size, limit: page.size };
}
