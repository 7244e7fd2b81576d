import type { ObjectRef } from '@pothos/core';
import { invalidField } from '../src/errors.js';
import type { Listing } from '../src/paging/listing.js';
import { pacedRows } from '../src/paging/paced-rows.js';
import { checkAll } from '../src/validation/check-all.js';
import { builder } from './builder.js';

/** A row with its cursor. */
interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

/** A part of a list; the whole list's length is only counted when it is asked for. */
export interface Connection<T> {
  edges: Edge<T>[];
  hasPreviousPage: boolean;
  hasNextPage: boolean;
  totalCount: () => Promise<number> | number;
}

const PageInfo = builder.objectRef<Connection<unknown>>('PageInfo').implement({
  description:
    'Where a page of a list begins and ends, as the GraphQL Cursor Connections Specification defines it.',
  fields: (t) => ({
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'Whether the page begins after a cursor or an offset, so that rows may come before it.',
    }),
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether more rows follow after this page.' }),
    startCursor: t.string({
      nullable: true,
      description: 'The cursor of the first row; null for an empty page.',
      resolve: ({ edges }) => edges.at(0)?.cursor ?? null,
    }),
    endCursor: t.string({
      nullable: true,
      description: 'The cursor of the last row: the `after` of the next page. Null for an empty page.',
      resolve: ({ edges }) => edges.at(-1)?.cursor ?? null,
    }),
  }),
});

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer S> ? S : never;

/** Makes the connection type of a node type: `nodes`, `edges`, `pageInfo` and `totalCount`. */
export function connectionType<T>(name: string, type: ObjectRef<Types, T>) {
  const EdgeType = builder.objectRef<Edge<T>>(`${name}Edge`).implement({
    description: `A row of a list of ${name} with its cursor.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Opaque; for `after`.' }),
      node: t.field({
        type,
        description: `The \`${name}\` at this cursor.`,
        resolve: ({ node }) => node as never,
      }),
    }),
  });
  return builder.objectRef<Connection<T>>(`${name}Connection`).implement({
    description: `A page of a list of ${name}.`,
    fields: (t) => ({
      nodes: t.field({
        type: [type],
        description: 'The rows of this page.',
        extensions: { isRows: true },
        resolve: (page) => pacedRows(page.edges.map(({ node }) => node)) as never,
      }),
      edges: t.field({
        type: [EdgeType],
        description: 'The rows of this page with their cursors.',
        extensions: { isRows: true },
        resolve: (page) => pacedRows(page.edges) as never,
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Where this page begins and ends.',
        resolve: (page) => page as Connection<unknown>,
      }),
      totalCount: t.int({
        description: 'The length of the whole list.',
        resolve: (page) => page.totalCount(),
      }),
    }),
  });
}

/** How many rows a page has. Its arguments have it as `extensions.pageSize`, from which the cost of a query is computed. */
export interface PageSize {
  /** Where the client gives none. */
  defaultSize: number;
  /** A client that asks for more gets so many. */
  maxSize: number;
}

const usualPageSize: PageSize = { defaultSize: 20, maxSize: 100 };

/** Its cursor is made when a client asks for it: of a page of 10,000 rows, few are asked for. */
class LazyEdge<T> implements Edge<T> {
  readonly node: T;
  readonly #list: Listing<T>;

  constructor(node: T, list: Listing<T>) {
    this.node = node;
    this.#list = list;
  }

  get cursor(): string {
    return this.#list.cursorOf(this.node);
  }
}

/** The arguments of a connection whose pages have that size. */
export function pageArgsOf({ defaultSize, maxSize }: PageSize) {
  const extensions = { pageSize: { defaultSize, maxSize } };
  const size = `The number of rows, ${defaultSize} by default and ${maxSize} at most`;
  return builder.args((t) => ({
    first: t.int({ description: `${size}; use it with \`after\`.`, extensions }),
    after: t.id({
      description: 'The cursor after which the page begins, also when its row has left the list.',
    }),
    offset: t.int({
      description: 'How many rows to skip; use it with `limit`, not with `first` and `after`.',
    }),
    limit: t.int({ description: `${size}; use it with \`offset\`.`, extensions }),
  }));
}

/** The arguments of a connection of 20 rows by default and 100 at most. */
export const pageArgs = pageArgsOf(usualPageSize);

/** The values of {@link pageArgs}. */
export interface PageArgs {
  first?: number | null;
  after?: string | null;
  offset?: number | null;
  limit?: number | null;
}

/**
 * Reads one page, with one row more to know whether more follows.
 * @throws DomainError `invalid_request` for negative numbers and for an `after` that is not a cursor of the list, together
 *   with the faults of the list's own arguments
 */
export async function readPage<T>(
  args: PageArgs,
  list: Listing<T>,
  { defaultSize, maxSize }: PageSize = usualPageSize,
): Promise<Connection<T>> {
  const size = clamp(args.first ?? args.limit ?? defaultSize, maxSize);
  const offset = clamp(args.offset ?? 0);
  // Read also when a number is refused: only the list knows what is wrong with its own arguments.
  const { rows } = await checkAll({
    first: () => refuseNegative('first', args.first),
    limit: () => refuseNegative('limit', args.limit),
    offset: () => refuseNegative('offset', args.offset),
    rows: () => list.find({ take: size + 1, skip: offset, after: args.after ?? undefined }),
  });
  const edges = rows.slice(0, size).map((node) => new LazyEdge(node, list));
  return {
    edges,
    hasPreviousPage: args.after != null || offset > 0,
    hasNextPage: rows.length > size,
    totalCount: list.count,
  };
}

function clamp(value: number, max = Number.POSITIVE_INFINITY): number {
  return Math.max(0, Math.min(value, max));
}

function refuseNegative(field: keyof PageArgs, value: number | null | undefined): void {
  if (value != null && value < 0) throw invalidField(field, 'must not be negative');
}
