import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkerStatus } from '../../prisma/generated/client/client.js';
import { demo } from '../../prisma/seed.js';
import { makeExecution } from '../support/factories/make-execution.js';
import { makeSession } from '../support/factories/make-session.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorker } from '../support/factories/make-worker.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

let on: TestPlatform;
let theirs: Awaited<ReturnType<typeof makeWorkerWithSession>>;
let mine: typeof theirs;
let ended: typeof theirs;
beforeAll(async () => {
  on = await openTestPlatform();
  const { prisma } = on.at.gateway.services;
  await share('space');
  ended = await makeWorkerWithSession(on.editor.id, 'stopped');
  theirs = await makeWorkerWithSession(on.editor.id);
  mine = await makeWorkerWithSession(on.viewer.id);
  await prisma.session.update({ where: { id: ended.session.id }, data: { deletedAt: new Date() } });
  await makeExecution(on.at, { session: theirs.session, code: '6 * 7' });
});
afterAll(() => on.at.close());

async function makeWorkerWithSession(userId: string, status: WorkerStatus = 'ready') {
  const worker = await makeWorker(on.at, { userId, status });
  return { worker, session: await makeSession(on.at, { worker }) };
}

const share = (visibility: string) =>
  on.at.rest('PUT', `/workspaces/${demo.workspaceId}/access`, { body: { visibility, grants: [] } });
const ids = (page: { nodes: { id: string }[] }) => page.nodes.map(({ id }) => id);
const workspace = async (selection: string, token = on.viewer.token) =>
  (await on.space(`workspace(id: "${demo.workspaceId}") { ${selection} }`, token)).workspace;

describe('a caller with can_view', () => {
  it('sees the live workers of all users, newest first', async () => {
    const { workers } = await workspace('workers { totalCount nodes { id userId } }');
    expect(workers.totalCount).toBe(2);
    expect(ids(workers)).toEqual([mine.worker.id, theirs.worker.id]);
  });

  it('sees ended workers on request', async () => {
    const { workers } = await workspace('workers(includeStopped: true) { totalCount nodes { id } }');
    expect(workers.totalCount).toBe(3);
    expect(ids(workers)).toEqual([mine.worker.id, theirs.worker.id, ended.worker.id]);
  });

  it('sees the sessions of all users with their executions, newest first, without deleted ones', async () => {
    const { sessions } = await workspace(
      'sessions { totalCount nodes { id executions { nodes { code } } } }',
    );
    expect(sessions.totalCount).toBe(2);
    expect(sessions.nodes).toEqual([
      { id: mine.session.id, executions: { nodes: [] } },
      { id: theirs.session.id, executions: { nodes: [{ code: '6 * 7' }] } },
    ]);
  });

  it('sees only their own in the lists of the space', async () => {
    const space = await on.space('workers { nodes { id } } sessions { nodes { id } }', on.viewer.token);
    expect(ids(space.workers)).toEqual([mine.worker.id]);
    expect(ids(space.sessions)).toEqual([mine.session.id]);
  });
});

describe('a caller without the needed access', () => {
  const both = ['workers { totalCount }', 'sessions { totalCount }'];

  it('reads neither workers nor sessions without the token scope read', async () => {
    const writer = await makeUser(on.at, { role: 'editor', scopes: ['write'] });
    const make = (selection: string) =>
      `mutation { createWorkspace(spaceSlug: "demo", input: { name: "x", defaultRepositoryId: "${demo.repositoryId}" }) {
        ${selection} } }`;
    for (const selection of both) {
      expect(await on.failure(make(selection), writer.token)).toBe('insufficient_scope');
    }
  });

  it('reads neither workers nor sessions of a private workspace that they gave to another owner', async () => {
    for (const selection of both) {
      const { id } = await makeWorkspace(on.at, { token: on.editor.token });
      const give = `updateWorkspace(spaceSlug: "demo", id: "${id}", input: { ownerUserId: "${on.admin.id}" })`;
      expect(await on.refused(`${give} { ${selection} }`, on.editor.token)).toBe('forbidden');
    }
  });
});
