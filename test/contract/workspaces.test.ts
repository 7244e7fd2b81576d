import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { type FilledSpace, makeFilledSpace } from '../support/factories/make-filled-space.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { mutate, uniqueName } from '../support/factories/mutate.js';
import { openTestGateway, type RestAnswer, type TestGateway } from '../support/gateway.js';
import {
  filled,
  neededQuery,
  operationsOf,
  type RestOperation,
  validBodies,
} from '../support/rest-operations.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

it('a new workspace is on the default branch of its repository, whatever that is called', async () => {
  const { id } = await makeRepository(at, { defaultBranch: 'trunk' });
  const body = { name: 'On trunk', default_repository_id: id };
  const made = await at.rest('POST', '/workspaces', { body });
  expect(made).toMatchObject({ status: 201, body: { default_branch: 'trunk' } });
});

it('a PATCH changes each field by itself, and nothing else', async () => {
  const { id } = await makeWorkspace(at);
  const read = async () => (await at.rest('GET', `/workspaces/${id}`)).body;
  const { id: owner_user_id } = await makeUser(at, { role: 'editor' });
  const connector = await mutate(
    at,
    'mutation($name: String!) { createConnector(spaceSlug: "demo", name: $name) { id } }',
    { name: uniqueName('connector') },
  );
  const branches = `/repositories/${demo.repositoryId}/branches`;
  expect((await at.rest('POST', branches, { body: { name: 'other' } })).status).toBe(201);
  for (const change of [
    { name: 'Renamed' },
    { default_branch: 'other' },
    { visibility: 'shared' },
    { owner_user_id },
    { authoring_query_connector_ids: [connector.id] },
    { authoring_query_connector_ids: [] },
    { default_repository_id: (await makeRepository(at)).id, default_branch: 'main' },
  ]) {
    const { updated_at: before, ...rest } = await read();
    const { status, body } = await at.rest('PATCH', `/workspaces/${id}`, { body: change });
    const { updated_at: after, ...changed } = body;
    expect([status, changed]).toEqual([200, { ...rest, ...change }]);
    expect(after >= before).toBe(true);
    expect(await read()).toEqual(body);
  }
});

it('grants are kept where the visibility changes, and those that are sent are those that are kept', async () => {
  const { id } = await makeWorkspace(at);
  const users = await Promise.all([1, 2].map(() => makeUser(at, { role: 'viewer' })));
  const path = `/workspaces/${id}/access`;
  const grants = users.map((user) => ({
    ...{ principal_type: 'user', principal_id: user.id, access_level: 'view' },
  }));
  const put = (body: object) => at.rest('PUT', path, { body });
  const { body: shared } = await put({ visibility: 'shared', grants });
  for (const visibility of ['private', 'space', 'shared']) {
    await at.rest('PATCH', `/workspaces/${id}`, { body: { visibility } });
    expect((await at.rest('GET', path)).body).toEqual({ ...shared, visibility });
  }
  expect((await put({ grants: grants.slice(0, 1) })).body.grants).toEqual(shared.grants.slice(0, 1));
  expect((await at.rest('GET', path)).body.grants).toEqual(shared.grants.slice(0, 1));
});

describe('in an archived workspace', () => {
  let shelf: FilledSpace;
  beforeAll(async () => {
    shelf = await makeFilledSpace(at);
    const { workspace_id } = shelf.ids;
    const archived = await at.rest('POST', `/workspaces/${workspace_id}/archive`, { space: shelf.slug });
    expect(archived.status).toBe(200);
  });

  const operations = operationsOf(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
  const send = (operation: RestOperation): Promise<RestAnswer> => {
    const { name, method, path } = operation;
    const isRaw = name === 'PUT /workspaces/{workspace_id}/raw-file';
    const sent = isRaw ? { raw: 'x' } : { body: validBodies(shelf.ids)[name] };
    const to = `${filled(path, shelf.ids)}?${neededQuery(operation)}`;
    return at.rest(method, to, { space: shelf.slug, ...sent });
  };
  const of = (isRead: boolean) => operations.filter((one) => (one.method === 'GET') === isRead);
  const named = (list: RestOperation[]) => list.map((one) => [one.name, one] as const);

  // A stream of a run that has no log waits for it.
  const reads = of(true).filter(({ path }) => !/\/(stream|events)$/.test(path));
  it.each(named(reads))('%s still works', async (name, operation) => {
    // A worker that has stopped has no files.
    const isGone = /^GET \/workers\/\{worker_id\}\/(files|raw-file)$/.test(name);
    expect((await send(operation)).status).toBe(isGone ? 409 : 200);
  });

  /** What ends something, or brings the workspace back. */
  const allowed =
    /^(POST .*\/(archive|unarchive|cancel|input)|DELETE \/(workers|sessions)\/\S+|POST \/workspaces)$/;
  const refused = of(false).filter(({ name }) => !allowed.test(name));

  it.each(named(refused))('%s is refused with workspace_archived', async (_name, operation) => {
    const { status, body } = await send(operation);
    expect([status, body.code]).toEqual([409, 'workspace_archived']);
  });

  it('a worker and a session can still be stopped, and the workspace comes back', async () => {
    const { worker_id, session_id, workspace_id } = shelf.ids;
    for (const path of [`/sessions/${session_id}`, `/workers/${worker_id}`])
      expect((await at.rest('DELETE', path, { space: shelf.slug })).status).toBe(204);
    const back = await at.rest('POST', `/workspaces/${workspace_id}/unarchive`, { space: shelf.slug });
    expect(back).toMatchObject({ status: 200, body: { archived_at: null } });
    const body = { path: 'after.ipynb' };
    const made = await at.rest('POST', `/workspaces/${workspace_id}/files`, { space: shelf.slug, body });
    expect(made.status).toBe(201);
  });
});
