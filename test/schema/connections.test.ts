import { readFileSync } from 'node:fs';
import { isObjectType, printSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../schema/index.js';

/** The fields of a type of the schema, each with its type as SDL writes it. */
function fieldsOf(name: string): Record<string, string> {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`${name} is no object type`);
  return Object.fromEntries(
    Object.entries(type.getFields()).map(([key, field]) => [key, String(field.type)]),
  );
}

const connections = Object.keys(schema.getTypeMap()).filter((name) => name.endsWith('Connection'));

/** The fields that a connection has besides those of every connection. */
const ownFields: Record<string, Record<string, string>> = {
  WorkerFileConnection: { isTruncated: 'Boolean!' },
  CellDifferenceConnection: { counts: 'CellCounts!', metadata: '[MetadataChange!]!' },
  SearchHitConnection: { commitSha: 'String!', isIncomplete: 'Boolean!', skippedFiles: 'Int!' },
  SpaceSearchHitConnection: { isIncomplete: 'Boolean!', searchedWorkspaces: 'Int!', skippedFiles: 'Int!' },
};

/** The types of the rows of connections that are not named after them. */
const rowTypes: Record<string, string> = { SpaceSearchHit: 'SearchHit' };

// https://relay.dev/graphql/connections.htm
describe('every list follows the GraphQL Cursor Connections Specification', () => {
  it.each(connections)('%s has edges with cursors, and page info', (name) => {
    const rows = name.slice(0, -'Connection'.length);
    const node = rowTypes[rows] ?? rows;
    expect(fieldsOf(name)).toEqual({
      nodes: `[${node}!]!`,
      edges: `[${rows}Edge!]!`,
      pageInfo: 'PageInfo!',
      totalCount: 'Int!',
      ...ownFields[name],
    });
    expect(fieldsOf(`${rows}Edge`)).toEqual({ cursor: 'String!', node: `${node}!` });
  });

  it('PageInfo has the four fields of the specification', () => {
    expect(fieldsOf('PageInfo')).toEqual({
      hasPreviousPage: 'Boolean!',
      hasNextPage: 'Boolean!',
      startCursor: 'String',
      endCursor: 'String',
    });
  });

  it('each field that returns a connection takes first and after, and offset and limit', () => {
    const fields = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()))
      .filter(({ type }) => String(type).endsWith('Connection!'));
    expect(fields.length).toBeGreaterThan(20);
    for (const { args } of fields) {
      const names = args.map(({ name, type }) => `${name}: ${type}`);
      expect(names).toEqual(expect.arrayContaining(['first: Int', 'after: ID', 'offset: Int', 'limit: Int']));
    }
  });
});

it('the SDL that is checked in is that of the schema', () => {
  expect(readFileSync('schema/schema.graphql', 'utf8')).toBe(`${printSchema(schema)}\n`);
});

it('nothing is found by an id alone: there is no global node', () => {
  expect(Object.keys(schema.getQueryType()!.getFields())).not.toContain('node');
  expect(schema.getType('Node')).toBeUndefined();
});
