import { checkAll } from '../validation/check-all.js';
import { readCursor, writeCursor } from './cursor.js';
import type { Listing } from './listing.js';

/**
 * Creates a list that is loaded completely and sorted by name, byte by byte as Git sorts.
 * @param load authorizes and returns all rows; no two have the same name
 */
export function nameListing<T extends { name: string }>(load: () => Promise<T[]>): Listing<T> {
  return {
    async find({ take, skip, after }) {
      const { cursor, loaded } = await checkAll({
        cursor: () => (after === undefined ? [] : readCursor(after, 1)),
        loaded: load,
      });
      const [last] = cursor;
      const rows = loaded.sort((a, b) => compareBytes(a.name, b.name));
      if (last === undefined) return rows.slice(skip, skip + take);
      return rows.filter(({ name }) => compareBytes(name, last) > 0).slice(0, take);
    },
    count: async () => (await load()).length,
    cursorOf: ({ name }) => writeCursor([name]),
  };
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
