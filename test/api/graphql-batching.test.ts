import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeExecution } from '../support/factories/make-execution.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeRun } from '../support/factories/make-run.js';
import { makeRuntime } from '../support/factories/make-runtime.js';
import { makeSpace } from '../support/factories/make-space.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

const few = 3;
const many = 12;

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
  for (let count = 0; count < many; count++) {
    const { id } = await makeRepository(at);
    await makeWorkspace(at, { defaultRepositoryId: id });
    await makeSpace(at);
  }
  const { id: userId } = await makeUser(at);
  const { worker, session } = await makeRuntime(at, { userId });
  for (let count = 0; count < many; count++) {
    const executions = [
      await makeExecution(at, { session, status: 'error' }),
      await makeExecution(at, { session }),
    ];
    await makeRun(at, worker, { cells: [executions[0]!.id, executions[1]!.id, undefined] });
  }
}, 60_000);
afterAll(() => at.close());

/** The statements that a query of so many spaces, or of so many rows of another list of the space `demo`, needs. */
async function statements(list: string, first: number, fields: string): Promise<number> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  try {
    const rows = `${list}(first: ${first}) { nodes { ${fields} } }`;
    const { data, errors } = await at.graphql(
      list === 'spaces' ? `{ ${rows} }` : `{ space(slug: "demo") { ${rows} } }`,
    );
    expect(errors).toBeUndefined();
    expect((data.space ?? data)[list].nodes).toHaveLength(first);
    return query.mock.calls.length;
  } finally {
    query.mockRestore();
  }
}

it.each([
  ['permissions', 'effectivePermissions { canView }'],
  ['owners and repositories', 'owner { name } defaultRepository { name } spaceSlug'],
  ['permissions of repositories', 'defaultRepository { effectivePermissions { canEdit } }'],
  ['branches', 'defaultRepository { branches { nodes { name isProtected } } }'],
  ['protected branches', 'defaultRepository { protectedBranches { nodes { name } } }'],
  ['files', 'files(first: 20) { nodes { path } }'],
  ['sessions', 'sessions(first: 20) { nodes { id } }'],
  ['workers', 'workers(first: 20) { nodes { id } }'],
  ['schedules', 'schedules(first: 20) { nodes { id } }'],
  ['executions', 'executions(first: 20) { totalCount nodes { workerId path user { name } } }'],
  ['sharing', 'access { grants { id } }'],
])('the %s of more workspaces need no more statements', (_what, fields) => needsNoMore('workspaces', fields));

it.each([
  ['cells', 'cells(first: 2) { totalCount nodes { position } }'],
  ['executions of the cells', 'cells(first: 2) { nodes { execution { status } } }'],
])('the %s of more runs of notebooks need no more statements', (_what, fields) =>
  needsNoMore('notebookRuns', fields),
);

it.each([
  ['kernel profiles', 'kernelProfiles { id isDefault resourceClassIds }'],
  ['resource classes', 'workerResourceClasses { id cpuLimit tolerations { key } }'],
])('the %s of more spaces need no more statements', (_what, fields) => needsNoMore('spaces', fields));

it('more executions need no more statements', () =>
  needsNoMore(
    'executions',
    'workspaceId workerId path user { name } exception { name } effectivePermissions { canEdit }',
  ));

it('the cells of a run are read by page, from a cursor or an offset on', async () => {
  const page = async (args: string) => {
    const { data, errors } = await at.graphql(
      `{ space(slug: "demo") { notebookRuns(first: 1) { nodes { cells(${args}) {
        totalCount pageInfo { hasNextPage endCursor } nodes { position } } } } } }`,
    );
    expect(errors).toBeUndefined();
    const { nodes, ...rest } = data.space.notebookRuns.nodes[0].cells;
    return { ...rest, positions: nodes.map(({ position }: { position: number }) => position) };
  };
  const first = await page('first: 2');
  expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true }, positions: [1, 2] });
  const after = await page(`first: 2, after: "${first.pageInfo.endCursor}"`);
  expect(after).toMatchObject({ pageInfo: { hasNextPage: false }, positions: [3] });
  expect((await page('offset: 1, limit: 1')).positions).toEqual([2]);
  expect((await page('offset: 2147483647')).positions).toEqual([]);
  const { errors } = await at.graphql(
    '{ space(slug: "demo") { notebookRuns { nodes { cells(after: "x") { totalCount } } } } }',
  );
  expect(errors).toMatchObject([{ extensions: { code: 'invalid_request' } }]);
});

async function needsNoMore(list: string, fields: string): Promise<void> {
  // The first read of a branch fills its index, and what follows from that goes on after the answer.
  await vi.waitFor(async () => {
    const difference = (await statements(list, many, fields)) - (await statements(list, few, fields));
    // A few statements of the gateway's own work may come between.
    expect(difference).toBeLessThanOrEqual(3);
  }, 10_000);
}

it('the files of one answer may have at most 64 MiB together, and one file alone is read', async () => {
  const content = 'x'.repeat(30 * 1024 * 1024);
  const create = `mutation($input: CreateFileInput!) {
    createFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: $input) { file { size } } }`;
  expect((await at.graphql(create, { input: { path: 'large.txt', content } })).errors).toBeUndefined();
  const file = 'file(path: "large.txt") { size ... on TextFile { content } }';
  const read = (fields: string) =>
    at.graphql(`{ space(slug: "demo") { workspace(id: "${demo.workspaceId}") { ${fields} } } }`);
  expect((await read(file)).data.space.workspace.file.size).toBe(content.length);
  const { data, errors } = await read(`a: ${file} b: ${file} c: ${file} d: ${file}`);
  expect(data?.space ?? null).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'payload_too_large' } }]);
});
