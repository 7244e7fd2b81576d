import { isUuid } from '../validation/validate.js';
import { malformedCursor, readCursor, writeCursor } from './cursor.js';
import type { Listing } from './listing.js';

/** How the values of a column that a list is sorted by stand in a cursor; `read` gives undefined for other texts. */
interface SortKey<V> {
  write(value: V): string;
  read(text: string): V | undefined;
}

/** A column of times, from 1970 on. */
export const timeKey: SortKey<Date> = {
  write: (value) => value.toISOString(),
  read(text) {
    const value = new Date(text);
    return value.getTime() >= 0 && text.length === 24 && value.toISOString() === text ? value : undefined;
  },
};

/** A column of UUIDs. */
export const uuidKey: SortKey<string> = {
  write: (value) => value,
  read: (text) => (isUuid(text) ? text : undefined),
};

/** A column that counts up. */
export const positionKey: SortKey<bigint> = {
  write: String,
  read: (text) => (/^\d{1,18}$/.test(text) ? BigInt(text) : undefined),
};

/** How a {@link keysetListing} asks its table; the parts of `where` all hold. */
interface KeysetQuery<W, K extends string> {
  where: { AND: W[] };
  orderBy: { [N in K]?: 'desc' }[];
  take: number;
  skip: number;
}

/**
 * A list of a table's rows that is sorted by some columns, highest first. A cursor holds their values, so that a page
 * begins at the right place also when the row before it changed, left the list or is gone.
 * @param keys the columns, in order; together they tell all rows apart, and they never change
 */
export function keysetListing<T extends object, W extends object, K extends keyof T & string>(
  keys: { [N in K]: SortKey<T[N]> },
  list: {
    /** Authorizes, and says which rows are in the list. */
    where(): W | Promise<W>;
    find(query: KeysetQuery<W, K>): Promise<T[]>;
    count(query: { where: W }): Promise<number>;
  },
): Listing<T> {
  const names = Object.keys(keys) as K[];

  /** The rows that are sorted behind those values. */
  function behind(values: T[K][]): W {
    const equal = (end: number) => names.slice(0, end).map((name, index) => [name, values[index]]);
    return {
      // Says nothing new, but it is where the index is entered.
      [names[0]!]: { lte: values[0] },
      OR: names.map((name, index) => ({
        ...Object.fromEntries(equal(index)),
        [name]: { lt: values[index] },
      })),
    } as unknown as W;
  }

  function read(cursor: string): T[K][] {
    const texts = readCursor(cursor, names.length);
    return names.map((name, index) => {
      const value = keys[name].read(texts[index]!);
      if (value === undefined) throw malformedCursor();
      return value;
    });
  }

  return {
    async find({ take, skip, after }) {
      const values = after === undefined ? undefined : read(after);
      const where = await list.where();
      return list.find({
        where: { AND: values ? [where, behind(values)] : [where] },
        orderBy: names.map((name) => ({ [name]: 'desc' }) as { [N in K]?: 'desc' }),
        take,
        skip: values ? 0 : skip,
      });
    },
    count: async () => list.count({ where: await list.where() }),
    cursorOf: (row) => writeCursor(names.map((name) => keys[name].write(row[name]))),
  };
}

/** The columns of a list of what was made, newest first. */
export const newestFirst = { createdAt: timeKey, id: uuidKey };
