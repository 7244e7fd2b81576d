import { getIntrospectionQuery } from 'graphql';
import { demo } from '../../../prisma/seed.js';
import type { HostileInput, HostileTarget } from '../hostile-input.js';
import { sendGraphQL } from '../send-graphql.js';

const aliases = (count: number, field: string) =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');
const inWorkspace = ({ workspaceIds }: HostileTarget, fields: string) =>
  `{ space(slug: "${demo.slug}") { workspace(id: "${workspaceIds[0]}") { ${fields} } } }`;
const everywhere = (fields: string) =>
  `spaces(first: 100) { nodes { workspaces(first: 100) { nodes { ${fields} } } } }`;
const allFields = 'path name kind size sha notebookId lastCommitSha updatedAt';

const queries: [what: string, query: (target: HostileTarget) => string][] = [
  ['a text of 20 MB', () => `{${'a '.repeat(10_000_000)}}`],
  ['200 kB of nested selections', () => '{a'.repeat(100_000)],
  ['2,000 nested lists', () => `{ me(a: ${'['.repeat(2_000)}) }`],
  ['1,240 equal fields', () => `{ ${'me { id } '.repeat(1_240)} }`],
  ['128 KiB of comments', () => `${'#\n'.repeat(65_000)}{ me { id } }`],
  [
    'files and branches of all workspaces under 50 aliases',
    () =>
      `{ ${aliases(50, everywhere('files(kind: all, limit: 10000) { nodes { path sha } } defaultRepository { branches { nodes { name } } }'))} }`,
  ],
  ['files and branches of 100 workspaces', () => `{ ${everywhere('files(first: 1) { nodes { path } }')} }`],
  [
    'permissions and owners of 100 workspaces',
    () =>
      `{ space(slug: "demo") { ${aliases(30, 'workspaces(first: 100) { nodes { id spaceSlug owner { id } effectivePermissions { canView canEdit } } }')} } }`,
  ],
  [
    'branches, sessions and files of 100 workspaces',
    () =>
      '{ space(slug: "demo") { workspaces(first: 100) { nodes { name defaultRepository { branches { nodes { name } } } sessions { nodes { id } } files(first: 20) { nodes { path sha } } } } } }',
  ],
  [
    '390 aliases of one workspace',
    (target) =>
      `{ ${aliases(390, inWorkspace(target, 'name effectivePermissions { canView }').slice(2, -2))} }`,
  ],
  [
    '10,000 files with all fields',
    (target) => inWorkspace(target, `files(kind: all, limit: 10000) { nodes { ${allFields} } }`),
  ],
  ['1,900 values of one workspace', (target) => inWorkspace(target, aliases(1_900, 'name'))],
  [
    '500 values of 100 workspaces',
    () => `{ space(slug: "demo") { workspaces(first: 100) { nodes { ${aliases(500, 'name')} } } } }`,
  ],
  [
    'a file of 2 MB under 100 aliases',
    (target) =>
      inWorkspace(target, aliases(100, `file(path: "${target.largePath}") { ... on TextFile { content } }`)),
  ],
  ['introspection', () => getIntrospectionQuery()],
  ['200 aliases of __schema', () => `{ ${aliases(200, '__schema { types { name fields { name } } }')} }`],
  ['80 aliases of __schema', () => `{ ${aliases(80, '__schema { types { name description } }')} }`],
];

const bodies: [what: string, body: () => object | string][] = [
  [
    '13 MB with a million unknown variables',
    () => `{"query":"{ me { id } }","variables":{${numbered(1_000_000, '"k$":1')}}}`,
  ],
  [
    'a million unknown keys in an input',
    () =>
      `{"query":"mutation($i: UpdateSpaceInput!) { updateSpace(slug: \\"demo\\", input: $i) { id } }","variables":{"i":{${numbered(1_000_000, '"k$":1')}}}}`,
  ],
  [
    'a slug of 60 MB',
    () => ({
      query: 'query($s: String!) { space(slug: $s) { id } }',
      variables: { s: 'x'.repeat(60_000_000) },
    }),
  ],
  [
    'a number of eight million digits',
    () =>
      `{"query":"query($n: Int) { spaces(first: $n) { nodes { id } } }","variables":{"n":${'1'.repeat(8_000_000)}}}`,
  ],
];

function numbered(count: number, text: string): string {
  return Array.from({ length: count }, (_, index) => text.replace('$', String(index))).join(',');
}

/** Hostile GraphQL requests over `/graphql`, and those by which a stream differs over `/graphql/stream`. */
export const graphqlInputs: HostileInput[] = [
  ...queries.map(
    ([what, query]): HostileInput => ({
      what,
      send: (target) => sendGraphQL(target, { query: query(target) }),
    }),
  ),
  ...bodies.map(([what, body]): HostileInput => ({ what, send: (target) => sendGraphQL(target, body()) })),
  ...queries.slice(0, 4).map(
    ([what, query]): HostileInput => ({
      what: `stream: ${what}`,
      send: (target) => sendGraphQL(target, { query: query(target) }, '/graphql/stream'),
    }),
  ),
];
