import { checkAll } from '../validation/check-all.js';
import { isUuid } from '../validation/validate.js';
import { malformedCursor, readCursor, writeCursor } from './cursor.js';
import type { Listing } from './listing.js';

/** Converts the values of a sort column to texts in a cursor, and back. `read` returns undefined for invalid texts. */
interface SortKey<V> {
  write(value: V): string;
  read(text: string): V | undefined;
}

/** A column of times from 1970 on, in RFC 3339 with milliseconds and `Z`. */
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

/** A column of integers from 0 on, e.g. a sequence. */
export const positionKey: SortKey<bigint> = {
  write: String,
  read: (text) => (/^\d{1,18}$/.test(text) ? BigInt(text) : undefined),
};

/** The query that a {@link keysetListing} runs; all parts of `where` must be true. */
interface KeysetQuery<W, K extends string> {
  where: { AND: W[] };
  orderBy: { [N in K]?: 'desc' }[];
  take: number;
  skip: number;
}

/**
 * Creates a list of the rows of a table, sorted by some columns, highest first. A cursor contains the values of these
 * columns, so a page starts at the right position even when the row before it was changed or deleted, or left the list.
 * @param keys the sort columns in order; together their values are unique, and they never change
 * @see https://use-the-index-luke.com/no-offset
 * @example
 * keysetListing(newestFirst, {
 *   where: () => ({ spaceId }),
 *   find: (query) => prisma.workspace.findMany(query),
 *   count: (query) => prisma.workspace.count(query),
 * });
 */
export function keysetListing<T extends object, W extends object, K extends keyof T & string>(
  keys: { [N in K]: SortKey<T[N]> },
  list: {
    /** Authorizes the caller and selects the rows of the list. */
    where(): W | Promise<W>;
    /** @param after the sort columns of the row before the page; `query` has the same as a condition */
    find(query: KeysetQuery<W, K>, after?: NoInfer<Pick<T, K>>): Promise<T[]>;
    count(query: { where: W }): Promise<number>;
  },
): Listing<T> {
  const names = Object.keys(keys) as K[];

  /** The rows that follow these values in the list. */
  function following(values: T[K][]): W {
    const equal = (end: number) => names.slice(0, end).map((name, index) => [name, values[index]]);
    return {
      // Implied by the conditions below, but it lets the database start at this position of the index.
      [names[0]!]: { lte: values[0] },
      OR: names.map((name, index) => ({
        ...Object.fromEntries(equal(index)),
        [name]: { lt: values[index] },
      })),
    } as unknown as W;
  }

  function columns(values: T[K][]): Pick<T, K> {
    return Object.fromEntries(names.map((name, index) => [name, values[index]])) as Pick<T, K>;
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
      const { values, where } = await checkAll({
        values: () => (after === undefined ? undefined : read(after)),
        where: () => list.where(),
      });
      const query = {
        where: { AND: values ? [where, following(values)] : [where] },
        orderBy: names.map((name) => ({ [name]: 'desc' }) as { [N in K]?: 'desc' }),
        take,
        skip: values ? 0 : skip,
      };
      return list.find(query, values && columns(values));
    },
    count: async () => list.count({ where: await list.where() }),
    cursorOf: (row) => writeCursor(names.map((name) => keys[name].write(row[name]))),
  };
}

/** The sort columns of a list of resources, newest first. */
export const newestFirst = { createdAt: timeKey, id: uuidKey };
