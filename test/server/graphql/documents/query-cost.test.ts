import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  getIntrospectionQuery,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import type { PageSize } from '../../../../schema/connection.js';
import { schema } from '../../../../schema/index.js';
import { introspectionListSize } from '../../../../src/server/graphql/documents/introspection-list-size.js';
import { queryCost } from '../../../../src/server/graphql/documents/query-cost.js';

function cost(text: string, variables?: Record<string, unknown>, operationName?: string): number {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  return queryCost(schema, document, variables, operationName);
}

interface FieldOfType {
  type: GraphQLObjectType | GraphQLInterfaceType;
  field: GraphQLField<unknown, unknown>;
}

const fields: FieldOfType[] = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) || isInterfaceType(type))
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));
/** Those whose items have fields. */
const lists = fields.filter(
  ({ field }) => isCompositeType(getNamedType(field.type)) && String(field.type).includes('['),
);
const nameOf = ({ type, field }: FieldOfType) => `${type.name}.${field.name}`;

describe('the cost of an operation', () => {
  it('is 1 for an object, 10 more for one that is read, and 0.1 for a value', () => {
    expect(cost('{ me { id } }')).toBe(2);
    expect(cost('{ space(slug: "a") { id slug name role } }')).toBe(12);
  });

  it('counts each alias of a value, also of `__typename`, for each row', () => {
    expect(cost('{ __typename }')).toBe(1);
    expect(cost('{ me { __typename a: id b: id } }')).toBe(2);
    const names = Array.from({ length: 1_600 }, (_, i) => `a${i}: __typename`).join(' ');
    expect(cost(`{ spaces(first: 100) { nodes { ${names} } } }`)).toBe(11 + 100 * 161);
  });

  it('counts every 100 characters of an alias like a value', () => {
    const name = (length: number) => 'a'.repeat(length);
    expect(cost(`{ spaces(first: 100) { nodes { ${name(99)}: id } } }`)).toBe(11 + 110);
    expect(cost(`{ spaces(first: 100) { nodes { ${name(1_000)}: id } } }`)).toBe(11 + 210);
    expect(
      cost(`{ space(slug: "a") { workspaces(first: 100) { nodes { ${name(1_000)}: owner { name } } } } }`),
    ).toBe(11 + 11 + 100 * (1 + 1 + 1 + 0.1));
    expect(cost(`{ spaces(first: 100) { ${name(1_000)}: nodes { id } } }`)).toBe(11 + 210);
    expect(cost(`{ ${name(1_000)}: spaces(first: 100) { nodes { id } } }`)).toBe(12 + 110);
    const types = (alias: string) => cost(`{ __schema { types { fields { ${alias} name } } } }`);
    expect(types(`${name(50_000)}:`)).toBeGreaterThan(20_000);
  });

  it('of introspection has no discount for aliases', () => {
    const texts = (prefix: string) => cost(`{ __schema { types { ${prefix} description } } }`);
    const { length } = Object.keys(schema.getTypeMap());
    // The object of the schema costs 0.2, and a type 0.2 and its text.
    expect(texts('')).toBe(Math.ceil(0.2 + length * 0.22));
    expect(texts('a:')).toBe(Math.ceil(0.2 + length * 0.3));
  });

  it('counts a page as many times as it may have rows', () => {
    // The page is 11, each row 1 and its value 0.1.
    const page = (args: string) => cost(`{ spaces${args} { nodes { id } } }`);
    expect(page('')).toBe(11 + 22);
    expect(page('(first: 50)')).toBe(11 + 55);
    expect(page('(limit: 50, offset: 3)')).toBe(11 + 55);
    expect(page('(first: 5000)')).toBe(11 + 110);
    expect(page('(first: 0)')).toBe(11);
    expect(page('(first: null)')).toBe(11 + 22);
    expect(cost('{ spaces { edges { cursor node { id } } totalCount } }')).toBe(
      Math.ceil(11 + 20 * 2.2 + 0.1),
    );
  });

  it('counts another list as many times as its field says', () => {
    expect(cost('{ kernelHistory(spaceSlug: "a", sessionId: "1", access: tail) { line } }')).toBe(1110);
    const runs = (cells: string) =>
      cost(
        `{ space(slug: "a") { notebookRuns(first: 100) { nodes { cells${cells} { nodes { id: cellId } } } } } }`,
      );
    expect(runs('(first: 5000)')).toBeGreaterThan(500_000);
    expect(runs('(first: 1)')).toBe(Math.ceil(11 + 11 + 100 * (1 + 11 + 1.1)));
  });

  it('of every list is known: it is a page, or its field says how many rows it has', () => {
    const unknown = lists.filter(
      ({ field: { extensions, type } }) =>
        !(extensions.isRows || Number(extensions.listSize) > 0 || isIntrospectionType(getNamedType(type))),
    );
    expect(unknown.map(nameOf)).toEqual([]);
    const introspection = lists.filter(({ type }) => isIntrospectionType(type));
    expect(introspection.length).toBeGreaterThan(5);
    const sizes = introspection.map((list) => [nameOf(list), introspectionListSize(schema, list.field)]);
    expect(sizes.filter(([, size]) => !(Number(size) >= 0))).toEqual([]);
  });

  it('counts the rows of every page, because each field of a type with rows says how many these are', () => {
    const withRows = new Set(lists.filter(({ field }) => field.extensions.isRows).map(({ type }) => type));
    const pages = fields.filter(({ field }) => withRows.has(getNamedType(field.type) as never));
    expect(pages.length).toBeGreaterThan(10);
    const unknown = pages.filter(({ field: { args } }) => {
      const size = args.find(({ name }) => name === 'first')?.extensions.pageSize as PageSize | undefined;
      return !(size && size.defaultSize > 0 && size.maxSize > 0);
    });
    expect(unknown.map(nameOf)).toEqual([]);
  });

  it('takes the size of a page from variables and their defaults', () => {
    const text = 'query($n: Int = 50) { spaces(first: $n) { nodes { id } } }';
    expect(cost(text)).toBe(11 + 55);
    expect(cost(text, { n: 100 })).toBe(11 + 110);
    expect(cost(text, { n: null })).toBe(11 + 22);
    expect(cost(text, { n: '100' })).toBe(11 + 110);
    expect(cost(text, { n: {} })).toBe(11 + 110);
    expect(cost('query($n: Int) { spaces(first: $n, limit: 50) { nodes { id } } }')).toBe(11 + 55);
  });

  it('is the same with fragments, also when they select rows', () => {
    const plain = cost('{ spaces(first: 50) { nodes { id workspaces { nodes { name } } } } }');
    const spread = `{ spaces(first: 50) { ...Page } }
      fragment Page on SpaceConnection { nodes { ...Row } }
      fragment Row on Space { id ... on Space { workspaces { ...Inner } } }
      fragment Inner on WorkspaceConnection { nodes { name } }`;
    expect(cost(spread)).toBe(plain);
    expect(plain).toBe(Math.ceil(11 + 50 * (1.1 + 11 + 22)));
  });

  it('is that of the named operation, and 0 when there is none', () => {
    const text = 'query A { me { id } } query B { spaces { nodes { id } } }';
    expect(cost(text, {}, 'A')).toBe(2);
    expect(cost(text, {}, 'B')).toBe(33);
    expect(cost(text, {}, 'C')).toBe(0);
  });

  it('of a page of 100 workspaces with files, branches and permissions is below the default limit', () => {
    const text = `{ space(slug: "a") { workspaces(first: 100) { totalCount pageInfo { hasNextPage endCursor } nodes {
      id name spaceSlug defaultRepositoryId defaultBranch visibility archivedAt createdAt updatedAt
      owner { id name } effectivePermissions { canView canEdit canManage }
      defaultRepository { id name branches { nodes { name commitSha isProtected } } }
      files(first: 50) { nodes { path name kind size sha notebookId lastCommitSha updatedAt } } } } } }`;
    expect(cost(text)).toBeLessThan(20_000);
  });

  it('of a whole file list with all its fields is below the default limit, and of two it is above', () => {
    const list =
      'files(kind: all, limit: 10000) { nodes { path name kind size sha notebookId lastCommitSha updatedAt } }';
    const text = (lists: string) => cost(`{ space(slug: "a") { workspace(id: "1") { ${lists} } } }`);
    expect(text(list)).toBeLessThan(20_000);
    expect(text(list.replace('path', '__typename path'))).toBeLessThan(20_000);
    expect(text(`${list} more: ${list}`)).toBeGreaterThan(20_000);
  });

  it('of the usual introspection is below the default limit, and of aliased ones it is above', () => {
    expect(cost(getIntrospectionQuery())).toBeLessThan(20_000);
    const schemas = Array.from(
      { length: 200 },
      (_, i) => `a${i}: __schema { types { name fields { name } } }`,
    );
    expect(cost(`{ ${schemas.join(' ')} }`)).toBeGreaterThan(20_000);
  });
});
