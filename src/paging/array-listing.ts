import { checkAll } from '../validation/check-all.js';
import { malformedCursor, readCursor, writeCursor } from './cursor.js';
import type { Listing } from './listing.js';

/**
 * Creates a list of rows that are computed together and keep their order; a cursor is the number of a row.
 * @param compute authorizes and returns all rows; called once
 */
export function arrayListing<T>(compute: () => Promise<T[]>): Listing<T> {
  let computed: Promise<T[]> | undefined;
  const numbers = new Map<T, number>();
  const all = () => {
    computed ??= compute();
    return computed;
  };
  return {
    async find({ take, skip, after }) {
      const { last, rows } = await checkAll({
        last: () => (after === undefined ? skip - 1 : readNumber(after)),
        rows: all,
      });
      const page = rows.slice(last + 1, last + 1 + take);
      for (const [at, row] of page.entries()) numbers.set(row, last + 1 + at);
      return page;
    },
    count: async () => (await all()).length,
    cursorOf: (row) => writeCursor([String(numbers.get(row))]),
  };
}

function readNumber(cursor: string): number {
  const [number = ''] = readCursor(cursor, 1);
  if (!/^\d{1,9}$/.test(number)) throw malformedCursor();
  return Number(number);
}
