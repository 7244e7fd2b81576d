import { z } from 'zod';
import type { Location } from '../request-error.js';
import { fieldsOf, unwrapped } from './fields-of.js';

/**
 * Sorts faults by the positions of their fields in a schema and of their items in lists. Unknown fields come after the known
 * fields of their object, in the order in which they are given.
 */
export function inSchemaOrder<T extends { loc: Location }>(faults: readonly T[], schema: z.ZodType): T[] {
  return faults
    .map((fault) => ({ fault, ranks: ranksOf(fault.loc.slice(1), schema) }))
    .sort((a, b) => compare(a.ranks, b.ranks))
    .map(({ fault }) => fault);
}

function ranksOf([key, ...rest]: readonly (string | number)[], schema: z.ZodType | undefined): number[] {
  if (key === undefined) return [];
  const inner = schema && unwrapped(schema);
  if (typeof key === 'number')
    return [key, ...ranksOf(rest, inner instanceof z.ZodArray ? (inner.element as z.ZodType) : undefined)];
  const fields = inner ? fieldsOf(inner) : {};
  const names = Object.keys(fields);
  const rank = names.indexOf(key);
  return [rank === -1 ? names.length : rank, ...ranksOf(rest, rank === -1 ? undefined : fields[key])];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((rank, at) => rank !== b[at]);
  return index === -1 ? a.length - b.length : a[index]! - (b[index] ?? -1);
}
