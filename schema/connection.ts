import type { ObjectRef } from '@pothos/core';
import { invalidField } from '../src/errors.js';
import type { Listing } from '../src/paging/listing.js';
import { builder } from './builder.js';

/** A part of a list; the whole list's length is only counted when it is asked for. */
export interface Connection<T> {
  edges: { cursor: string; node: T }[];
  hasNextPage: boolean;
  totalCount: () => Promise<number> | number;
}

const PageInfo = builder.objectRef<{ hasNextPage: boolean; endCursor: string | null }>('PageInfo').implement({
  description: 'Where a page of a list ends.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether more follows after this page.' }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'The cursor of the last row: the `after` of the next page. Null for an empty page.',
    }),
  }),
});

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer S> ? S : never;

/** Makes the connection type of a node type: `nodes`, `edges`, `pageInfo` and `totalCount`. */
export function connectionType<T>(name: string, type: ObjectRef<Types, T>) {
  const Edge = builder.objectRef<Connection<T>['edges'][number]>(`${name}Edge`).implement({
    description: `A row of a list of ${name} with its cursor.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Opaque; for `after`.' }),
      node: t.field({ type, description: 'The row.', resolve: ({ node }) => node as never }),
    }),
  });
  return builder.objectRef<Connection<T>>(`${name}Connection`).implement({
    description: `A page of a list of ${name}.`,
    fields: (t) => ({
      nodes: t.field({
        type: [type],
        description: 'The rows of this page.',
        resolve: (page) => page.edges.map(({ node }) => node) as never,
      }),
      edges: t.field({
        type: [Edge],
        description: 'The rows of this page with their cursors.',
        resolve: (page) => page.edges,
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Where this page ends.',
        resolve: (page) => ({ hasNextPage: page.hasNextPage, endCursor: page.edges.at(-1)?.cursor ?? null }),
      }),
      totalCount: t.int({
        description: 'The length of the whole list.',
        resolve: (page) => page.totalCount(),
      }),
    }),
  });
}

/** The arguments of every connection. */
export const pageArgs = builder.args((t) => ({
  first: t.int({ description: 'The most rows, 20 by default and 100 at most; goes with `after`.' }),
  after: t.id({
    description: 'The cursor after which the page begins, also when its row has left the list.',
  }),
  offset: t.int({ description: 'How many rows to skip; goes with `limit`, not with `first` and `after`.' }),
  limit: t.int({ description: 'The most rows, 20 by default and 100 at most; goes with `offset`.' }),
}));

/** The values of {@link pageArgs}. */
export interface PageArgs {
  first?: number | null;
  after?: string | null;
  offset?: number | null;
  limit?: number | null;
}

const defaultSize = 20;
const largestSize = 100;

/**
 * Reads one page, with one row more to know whether more follows.
 * @throws DomainError `invalid_request` for negative numbers and what is no cursor of the list
 */
export async function readPage<T>(args: PageArgs, list: Listing<T>): Promise<Connection<T>> {
  const asked = args.first ?? args.limit ?? defaultSize;
  const offset = args.offset ?? 0;
  if (asked < 0) throw invalidField(args.first == null ? 'limit' : 'first', 'must not be negative');
  if (offset < 0) throw invalidField('offset', 'must not be negative');
  const size = Math.min(asked, largestSize);
  const rows = await list.find({ take: size + 1, skip: offset, after: args.after ?? undefined });
  const edges = rows.slice(0, size).map((node) => ({ cursor: list.cursorOf(node), node }));
  return { edges, hasNextPage: rows.length > size, totalCount: list.count };
}
