import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  concatAST,
  type GraphQLObjectType,
  isObjectType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../../schema/index.js';

const roots = new Set(['Query', 'Mutation', 'Subscription']);

/** What REST has as well, but not as a field of an answer. */
const inAnotherWay = [
  'FileDifference.file', // in the list of files of the same answer
  'FileState.etag', // the header ETag
  'NotebookDocument.id', // in the path of the request
  'SearchHit.workspaceId', // in the path of the request
  'Session.worker', // GET /workers/{worker_id}
  'Space.slug', // in the path of the request
  'Workspace.defaultRepository', // GET /repositories
  'Workspace.schedules', // GET /schedules?workspace_id=
  'Workspace.sessions', // GET /sessions?workspace_id=
  'Workspace.workers', // GET /workers?workspace_id=
];

/** The fields, as `Type.field`, of the documents from which REST answers. */
function fieldsOfRest(): Set<string> {
  const folder = 'rest/operations';
  const documents = readdirSync(folder).map((name) => parse(readFileSync(join(folder, name), 'utf8')));
  const types = new TypeInfo(schema);
  const fields = new Set<string>();
  visit(
    concatAST(documents),
    visitWithTypeInfo(types, {
      // A document of this name is read before a route answers, and no answer has its fields.
      OperationDefinition: ({ name }) => (name?.value.startsWith('Find') ? false : undefined),
      Field({ name }) {
        fields.add(`${types.getParentType()!.name}.${name.value}`);
      },
    }),
  );
  return fields;
}

/** The fields of the operations, and of the types of which REST has some field, that REST does not have. */
function fieldsWithoutRest(): string[] {
  const ofRest = [...fieldsOfRest()];
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type: GraphQLObjectType) => {
      const names = [type, ...type.getInterfaces()].map(({ name }) => `${name}.`);
      const isInRest = (field: string) => names.some((name) => ofRest.includes(`${name}${field}`));
      if (!roots.has(type.name) && !ofRest.some((field) => names.some((name) => field.startsWith(name))))
        return [];
      return Object.keys(type.getFields())
        .filter((field) => !isInRest(field))
        .map((field) => (roots.has(type.name) ? field : `${type.name}.${field}`));
    })
    .filter((field) => !/\.(edges|pageInfo)$/.test(field));
}

it('the README lists the fields that are in GraphQL only, and no others', () => {
  const readme = readFileSync('README.md', 'utf8');
  const [, table] = /^\| what \| fields \|\n\|---\|---\|\n((?:\|.*\n)+)/m.exec(readme)!;
  const listed = [...table!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
  expect([...listed, ...inAnotherWay].sort()).toEqual(fieldsWithoutRest().sort());
});
