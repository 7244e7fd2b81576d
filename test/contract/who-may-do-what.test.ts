import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Visibility } from '../../prisma/generated/client/client.js';
import { demo } from '../../prisma/seed.js';
import { codeNotebook } from '../support/factories/code-notebook.js';
import { makeExecution } from '../support/factories/make-execution.js';
import { makeMember } from '../support/factories/make-member.js';
import { makeNotebook } from '../support/factories/make-notebook.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeSession } from '../support/factories/make-session.js';
import { makeTeam } from '../support/factories/make-team.js';
import { makeUser, type TestUser } from '../support/factories/make-user.js';
import { makeWorker } from '../support/factories/make-worker.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { mutate, uniqueName } from '../support/factories/mutate.js';
import { openTestGateway, type RestOptions, type TestGateway } from '../support/gateway.js';
import { filled } from '../support/rest-operations.js';

const visibilities = ['space', 'private', 'shared'] as const satisfies Visibility[];
const levels = ['nothing', 'view', 'edit', 'manage'] as const;
type Level = (typeof levels)[number];

/** The table of the contract: what each caller may do with a workspace of each visibility. */
// biome-ignore format: a table
const table = {
  'who is no member':                       ['nothing', 'nothing', 'nothing'],
  'a viewer':                               ['view',    'nothing', 'nothing'],
  'an editor':                              ['edit',    'nothing', 'nothing'],
  'a space admin':                          ['manage',  'manage',  'manage'],
  'the platform admin':                     ['manage',  'manage',  'manage'],
  'the owner':                              ['manage',  'manage',  'manage'],
  'a viewer with a grant to view':          ['view',    'nothing', 'view'],
  'an editor with a grant to view':         ['edit',    'nothing', 'edit'],
  'a viewer with a grant to manage':        ['view',    'nothing', 'manage'],
  'an editor of a team that may view':      ['edit',    'nothing', 'edit'],
  'a viewer of a team that may manage':     ['view',    'nothing', 'manage'],
} as const satisfies Record<string, readonly [Level, Level, Level]>;
type Caller = keyof typeof table;
const callers = Object.keys(table) as Caller[];

/** A workspace over a repository of its own, which all others may see as they may see the workspace. */
interface Shelf {
  workspace_id: string;
  repository_id: string;
  notebook_id: string;
  version_id: string;
}

let at: TestGateway;
const people = {} as Record<Caller, TestUser>;
const teams = { view: '', manage: '' };
const shelves = {} as Record<Visibility, Shelf>;
beforeAll(async () => {
  at = await openTestGateway();
  for (const caller of callers) people[caller] = await makeCaller(caller);
  teams.view = await teamOf('an editor of a team that may view');
  teams.manage = await teamOf('a viewer of a team that may manage');
  for (const visibility of visibilities) shelves[visibility] = await makeShelf(visibility);
});
afterAll(() => at.close());

async function makeCaller(caller: Caller): Promise<TestUser> {
  if (caller === 'the platform admin') {
    const { prisma } = at.gateway.services;
    const { id } = await prisma.user.findFirstOrThrow({ where: { isPlatformAdmin: true } });
    return { id, token: at.token };
  }
  if (caller === 'who is no member') return makeUser(at);
  if (caller === 'a space admin') return makeUser(at, { role: 'admin' });
  return makeUser(at, { role: caller.includes('viewer') ? 'viewer' : 'editor' });
}

const teamOf = async (caller: Caller) => (await makeTeam(at, { userIds: [people[caller].id] })).id;

async function makeShelf(visibility: Visibility): Promise<Shelf> {
  const { id: repository_id } = await makeRepository(at);
  const { token } = people['the owner'];
  const { id: workspace_id } = await makeWorkspace(at, { defaultRepositoryId: repository_id, token });
  const { notebookId } = await makeNotebook(at, { workspaceId: workspace_id, path: there, token });
  const grants = [
    ...(['a viewer with a grant to view', 'an editor with a grant to view'] as const).map((caller) => ({
      ...{ principal_type: 'user', principal_id: people[caller].id, access_level: 'view' },
    })),
    {
      ...{ principal_type: 'user', principal_id: people['a viewer with a grant to manage'].id },
      access_level: 'manage',
    },
    { principal_type: 'team', principal_id: teams.view, access_level: 'view' },
    { principal_type: 'team', principal_id: teams.manage, access_level: 'manage' },
  ];
  const body = { visibility, grants };
  const shared = await at.rest('PUT', `/workspaces/${workspace_id}/access`, { body, token });
  // They are kept whatever the visibility is, and count only while that is `shared`.
  expect(shared).toMatchObject({ status: 200, body: { visibility, grants } });
  const versions = await at.rest('GET', `/documents/${notebookId}/versions`);
  return { workspace_id, repository_id, notebook_id: notebookId, version_id: versions.body.items[0].id };
}

type Sent = RestOptions & { query?: string; params?: Record<string, string> };
/** What needs a level: the status of the answer, the route, and what is sent. */
type Row = readonly [
  need: Level,
  status: number,
  route: string,
  make?: (shelf: Shelf) => Sent | Promise<Sent>,
];

const there = 'there.ipynb';
const notebook = codeNotebook([]);
let count = 0;
const fresh = (extension: string) => `new/${count++}.${extension}`;
const inWorkspace = '/workspaces/{workspace_id}';
const inRepository = '/repositories/{repository_id}';
const inDocument = '/documents/{notebook_id}';

/** A text file of the workspace that somebody else has made. */
async function madeFile({ workspace_id }: Shelf): Promise<string> {
  const path = fresh('md');
  const made = await at.rest('POST', `/workspaces/${workspace_id}/authoring-files`, {
    body: { path, content: '' },
  });
  expect(made.status).toBe(201);
  return path;
}

async function madeBranch({ repository_id }: Shelf): Promise<string> {
  const name = uniqueName('branch');
  const made = await at.rest('POST', `/repositories/${repository_id}/branches`, { body: { name } });
  expect(made.status).toBe(201);
  return name;
}

async function newLink(): Promise<object> {
  const { id } = await mutate(
    at,
    `mutation($name: String!) {
      createCatalogEntry(spaceSlug: "demo", input: { type: product, name: $name }) { id } }`,
    { name: uniqueName('product') },
  );
  return { target_type: 'product', target_id: id };
}

async function madeLink({ notebook_id }: Shelf): Promise<string> {
  const made = await at.rest('POST', `/documents/${notebook_id}/links`, { body: await newLink() });
  expect(made.status).toBe(201);
  return made.body.id;
}

const reads: Row[] = [
  ['view', 200, `GET ${inWorkspace}`],
  ['view', 200, `GET ${inWorkspace}/files`],
  ['view', 200, `GET ${inWorkspace}/file`, () => ({ query: `?path=${there}` })],
  ['view', 200, `GET ${inWorkspace}/authoring-file`, () => ({ query: '?path=README.md' })],
  ['view', 200, `GET ${inWorkspace}/raw-file`, () => ({ query: '?path=README.md' })],
  ['view', 200, `GET ${inWorkspace}/archive`],
  ['view', 200, `GET ${inWorkspace}/search`, () => ({ query: '?q=nothing' })],
  ['view', 200, `GET ${inWorkspace}/export`, () => ({ query: `?path=${there}` })],
  ['view', 200, `GET ${inWorkspace}/compare`, () => ({ query: '?base=main' })],
  ['view', 200, `GET ${inRepository}/files`],
  ['view', 200, `GET ${inRepository}/file`, () => ({ query: `?path=${there}` })],
  ['view', 200, `GET ${inRepository}/branches`],
  ['view', 200, `GET ${inDocument}/links`],
  ['view', 200, `GET ${inDocument}/versions`],
];

const writes: Row[] = [
  ['edit', 201, `POST ${inWorkspace}/files`, () => ({ body: { path: fresh('ipynb') } })],
  ['edit', 200, `PUT ${inWorkspace}/file`, () => ({ body: { path: there, notebook } })],
  ['edit', 201, `POST ${inWorkspace}/authoring-files`, () => ({ body: { path: fresh('md'), content: '' } })],
  [
    'edit',
    200,
    `PUT ${inWorkspace}/authoring-file`,
    () => ({ body: { path: 'README.md', content: `${count++}` } }),
  ],
  [
    'edit',
    200,
    `POST ${inWorkspace}/authoring-file/rename`,
    async (shelf) => ({ body: { path: await madeFile(shelf), new_path: fresh('md') } }),
  ],
  [
    'edit',
    200,
    `DELETE ${inWorkspace}/authoring-file`,
    async (shelf) => ({ query: `?path=${await madeFile(shelf)}` }),
  ],
  ['edit', 201, `PUT ${inWorkspace}/raw-file`, () => ({ query: `?path=${fresh('bin')}`, raw: 'x' })],
  [
    'edit',
    201,
    `POST ${inWorkspace}/commits`,
    () => ({ body: { changes: [{ create: { path: fresh('md'), content: '' } }] } }),
  ],
  ['edit', 201, `POST ${inRepository}/files`, () => ({ body: { path: fresh('ipynb') } })],
  ['edit', 200, `PUT ${inRepository}/file`, () => ({ body: { path: there, notebook } })],
  ['edit', 201, `POST ${inRepository}/branches`, () => ({ body: { name: uniqueName('branch') } })],
  [
    'edit',
    204,
    `DELETE ${inRepository}/branches/{name}`,
    async (shelf) => ({ params: { name: await madeBranch(shelf) } }),
  ],
  [
    'edit',
    200,
    `POST ${inRepository}/merges`,
    async (shelf) => ({ body: { source: 'main', target: await madeBranch(shelf) } }),
  ],
  ['edit', 201, `POST ${inDocument}/links`, async () => ({ body: await newLink() })],
  [
    'edit',
    204,
    `DELETE ${inDocument}/links/{link_id}`,
    async (shelf) => ({ params: { link_id: await madeLink(shelf) } }),
  ],
  ['edit', 200, `POST ${inDocument}/versions/{version_id}/restore`, () => ({ body: {} })],
  // This gateway has no backend: who may start one gets so far.
  ['edit', 503, 'POST /workers', ({ workspace_id }) => ({ body: { workspace_id } })],
  ['edit', 503, 'POST /sessions', ({ workspace_id }) => ({ body: { workspace_id } })],
  [
    'edit',
    201,
    'POST /schedules',
    ({ workspace_id }) => ({ body: { workspace_id, path: there, cron: '@yearly' } }),
  ],
];

const management: Row[] = [
  ['manage', 200, `PATCH ${inWorkspace}`, () => ({ body: { name: uniqueName('renamed') } })],
  ['manage', 200, `GET ${inWorkspace}/access`],
  [
    'manage',
    200,
    `PUT ${inWorkspace}/access`,
    async ({ workspace_id }) => ({ body: (await at.rest('GET', `/workspaces/${workspace_id}/access`)).body }),
  ],
  // The second one undoes the first.
  ['manage', 200, `POST ${inWorkspace}/archive`],
  ['manage', 200, `POST ${inWorkspace}/unarchive`],
];

/** Sends a row as a caller, and says what came: the status, and the code of a refusal. */
async function answerTo([, , route, make]: Row, shelf: Shelf, token: string) {
  const [method, path] = route.split(' ') as [string, string];
  const { query = '', params, ...more } = (await make?.(shelf)) ?? {};
  const { status, body } = await at.rest(method, filled(path, { ...shelf, ...params }) + query, {
    ...more,
    token,
  });
  return status === 403 || status === 404 ? `${route} ${status} ${body.code}` : `${route} ${status}`;
}

describe.each(visibilities)('in a workspace with the visibility %s', (visibility) => {
  it.each(callers)('%s may do what the table says, and nothing else', async (caller) => {
    const level = levels.indexOf(table[caller][visibilities.indexOf(visibility)]!);
    const refused = caller === 'who is no member' ? '404 not_found' : '403 forbidden';
    const rows = [...reads, ...writes, ...management];
    const answers: string[] = [];
    for (const row of rows) answers.push(await answerTo(row, shelves[visibility], people[caller].token));
    expect(answers).toEqual(
      rows.map(([need, status, route]) => `${route} ${level < levels.indexOf(need) ? refused : status}`),
    );
  });
});

it('a workspace is made over a repository, or pointed at one, only by those who may edit that', async () => {
  const { repository_id } = await makeShelf('private');
  const { token } = people['an editor'];
  const refused = { status: 403, body: { code: 'forbidden' } };
  const body = { name: 'Over it', default_repository_id: repository_id };
  expect(await at.rest('POST', '/workspaces', { body, token })).toMatchObject(refused);
  const { id } = await makeWorkspace(at, { token });
  const patch = { default_repository_id: repository_id };
  expect(await at.rest('PATCH', `/workspaces/${id}`, { body: patch, token })).toMatchObject(refused);
  for (const caller of ['the owner', 'a space admin'] as const)
    expect((await at.rest('POST', '/workspaces', { body, token: people[caller].token })).status).toBe(201);
});

describe('a worker, session and execution', () => {
  const read = [
    'GET /workers/{worker_id}',
    'GET /sessions/{session_id}',
    'GET /sessions/{session_id}/executions',
    'GET /sessions/{session_id}/executions/{execution_id}',
  ];
  // The worker has stopped: who may run anything gets so far.
  const run: [route: string, body?: object][] = [
    ['POST /sessions/{session_id}/execute/stream', { code: '1' }],
    ['POST /sessions/{session_id}/execute/batch', { cells: [{ code: '1' }] }],
    ['POST /sessions/{session_id}/interrupt'],
    ['POST /sessions/{session_id}/restart'],
    ['POST /sessions/{session_id}/complete', { code: '1' }],
    ['POST /sessions/{session_id}/inspect', { code: '1' }],
    ['POST /sessions/{session_id}/comms', { type: 'comm_msg', comm_id: 'one' }],
    ['POST /sessions/{session_id}/executions/{execution_id}/cancel'],
    ['POST /sessions/{session_id}/executions/{execution_id}/input', { request_id: 'one', value: '' }],
  ];
  const stop = ['DELETE /sessions/{session_id}', 'DELETE /workers/{worker_id}'];

  /** What `starter` has started in a workspace that every member may view. */
  async function started(starter: TestUser) {
    const { id: workspaceId } = await makeWorkspace(at, { visibility: 'space' });
    const { repositoryId } = demo;
    const worker = await makeWorker(at, { userId: starter.id, workspaceId, repositoryId, status: 'stopped' });
    const session = await makeSession(at, { worker });
    const { id: execution_id } = await makeExecution(at, { session, status: 'cancelled' });
    return { workspaceId, ids: { worker_id: worker.id, session_id: session.id, execution_id } };
  }

  const share = (id: string, access: object) =>
    at.rest('PUT', `/workspaces/${id}/access`, { body: { grants: [], ...access } });

  it.each<[string, (starter: TestUser, workspaceId: string) => Promise<TestUser> | TestUser, number[]]>([
    ['the user who started it', (starter) => starter, [200, 409, 204]],
    [
      'that user, once they may only view the workspace',
      async (starter) => {
        await makeMember(at, { userId: starter.id, role: 'viewer' });
        return starter;
      },
      [200, 403, 204],
    ],
    [
      'that user, once they may not view the workspace',
      async (starter, id) => {
        await share(id, { visibility: 'private' });
        return starter;
      },
      [403, 403, 204],
    ],
    ['another editor', () => people['an editor'], [200, 403, 403]],
    [
      'somebody else who may manage the workspace',
      async (_starter, id) => {
        const user = people['an editor'];
        const grant = { principal_type: 'user', principal_id: user.id, access_level: 'manage' };
        await share(id, { visibility: 'shared', grants: [grant] });
        return user;
      },
      [200, 403, 403],
    ],
    ['a viewer', () => people['a viewer'], [200, 403, 403]],
    ['a space admin', () => people['a space admin'], [200, 409, 204]],
    ['the platform admin', () => people['the platform admin'], [200, 409, 204]],
    ['who is no member', () => people['who is no member'], [404, 404, 404]],
  ])('%s sees it, runs it and stops it as the contract says', async (_who, make, [sees, runs, stops]) => {
    const starter = await makeUser(at, { role: 'editor' });
    const { workspaceId, ids } = await started(starter);
    const { token } = await make(starter, workspaceId);
    const answers: string[] = [];
    const asked: [route: string, body?: object][] = [...read, ...stop].map((route) => [route]);
    asked.splice(read.length, 0, ...run);
    for (const [route, body] of asked) {
      const [method, path] = route.split(' ') as [string, string];
      answers.push(`${route} ${(await at.rest(method, filled(path, ids), { token, body })).status}`);
    }
    expect(answers).toEqual([
      ...read.map((route) => `${route} ${sees}`),
      ...run.map(([route]) => `${route} ${runs}`),
      ...stop.map((route) => `${route} ${stops}`),
    ]);
  });

  it('is in the lists of the user who started it, and in those of nobody else', async () => {
    const starter = await makeUser(at, { role: 'editor' });
    const { worker_id, session_id } = (await started(starter)).ids;
    const idsOf = async (path: string, { token }: TestUser) =>
      (await at.rest('GET', path, { token })).body.items.map(({ id }: { id: string }) => id);
    for (const [path, id] of [
      ['/workers?include_stopped=true', worker_id],
      ['/sessions', session_id],
    ] as const) {
      expect(await idsOf(path, starter)).toEqual([id]);
      for (const caller of ['a space admin', 'the platform admin', 'an editor'] as const)
        expect(await idsOf(path, people[caller])).not.toContain(id);
    }
  });
});
