import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpaceRole } from '../../prisma/generated/client/client.js';
import { demo } from '../../prisma/seed.js';
import { IdempotencyStore } from '../../src/idempotency/idempotency-store.js';
import { makeMember } from '../support/factories/make-member.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeRuntime } from '../support/factories/make-runtime.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestGateway, type RestOptions, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const table = () => at.gateway.services.prisma.idempotencyKey;
const body = (name: string) => ({ name, default_repository_id: demo.repositoryId });
const make = (key: string, name: string, options: RestOptions = {}) =>
  at.rest('POST', '/workspaces', { body: body(name), headers: { 'idempotency-key': key }, ...options });
const count = async (name: string) => at.gateway.services.prisma.workspace.count({ where: { name } });

it('requests with the same key and body run once and get the same answer', async () => {
  const key = randomUUID();
  const first = await make(key, 'Once');
  const again = await make(key, 'Once');
  expect(first.status).toBe(201);
  expect(again.status).toBe(201);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
  expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
  expect(again.headers.get('x-request-id')).toBeTruthy();
  expect(await count('Once')).toBe(1);
});

it.each([
  ['a UUID', (key: string) => key],
  ['a text with a quote and a backslash', (key: string) => `${key}"\\`],
])('%s in quotes and the same without them are one key', async (_what, of) => {
  const key = of(randomUUID());
  const quoted = `"${key.replace(/["\\]/g, '\\$&')}"`;
  const name = `Quoted ${quoted.length}`;
  const first = await make(key, name);
  const again = await make(quoted, name);
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body).toEqual(first.body);
  expect(await count(name)).toBe(1);
});

it.each(['"open', '""', '"a"b', 'a b', '"\\x"'])('the key %s is a 400 that names the header', async (key) => {
  const answer = await make(key, 'Refused');
  expect(answer.status).toBe(400);
  expect(answer.body.errors[0].loc).toEqual(['header', 'Idempotency-Key']);
});

it('a repeated answer keeps its ETag and number tokens byte for byte', async () => {
  const key = randomUUID();
  const notebook = '{"cells":[],"metadata":{"n":1.0},"nbformat":4,"nbformat_minor":5}';
  const raw = `{"path":"once.ipynb","notebook":${notebook}}`;
  const send = async () => {
    const response = await fetch(
      `${at.url}/api/v1.0/engagement/spaces/demo/notebooks/workspaces/${demo.workspaceId}/files`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${at.token}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: raw,
      },
    );
    return { status: response.status, etag: response.headers.get('etag'), text: await response.text() };
  };
  const first = await send();
  expect(first).toMatchObject({ status: 201, etag: expect.stringMatching(/^"[0-9a-f]{40}"$/) });
  expect(first.text).toContain('"n":1.0');
  expect(await send()).toEqual(first);
});

it('a POST without a body can have a key', async () => {
  const { body: workspace } = await at.rest('POST', '/workspaces', { body: body('To archive') });
  const archive = () =>
    at.rest('POST', `/workspaces/${workspace.id}/archive`, { headers: { 'idempotency-key': 'archive' } });
  const first = await archive();
  expect(first).toMatchObject({ status: 200, body: { archived_at: expect.any(String) } });
  expect((await archive()).body).toEqual(first.body);
});

it('the same key with another body is answered 409', async () => {
  const key = randomUUID();
  await make(key, 'First body');
  const other = await make(key, 'Other body');
  expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
  expect(await count('Other body')).toBe(0);
});

it('while the first request runs the second is answered 409; only one runs', async () => {
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 6 }, () => make(key, 'Together')));
  for (const { status, body } of answers) {
    if (status !== 201)
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'idempotency_in_progress' });
  }
  expect(answers.some(({ status }) => status === 201)).toBe(true);
  expect(await count('Together')).toBe(1);

  await table().updateMany({ where: { status: 201 }, data: { status: null, body: null } });
  expect(await make(key, 'Together')).toMatchObject({
    status: 409,
    body: { code: 'idempotency_in_progress' },
  });
});

it('the key of a crashed request is free after 2 minutes', async () => {
  const key = randomUUID();
  await make(key, 'Crashed');
  const now = Date.now();
  await table().updateMany({ data: { status: null, body: null, expiresAt: new Date(now - 1) } });
  expect((await make(key, 'Crashed')).status).toBe(201);
  expect(await count('Crashed')).toBe(2);
});

it('an answer is stored for 24 hours and a lease lasts 2 minutes', async () => {
  const from = Date.now();
  await make('kept-for-a-day', 'Kept');
  const [row] = await table().findMany({ orderBy: { expiresAt: 'desc' }, take: 1 });
  const hours = (row!.expiresAt.getTime() - from) / 3_600_000;
  expect(hours).toBeGreaterThanOrEqual(24);
  expect(hours).toBeLessThan(24.1);
});

it('expired rows are deleted by the next request with a key', async () => {
  await make(randomUUID(), 'Old');
  await table().updateMany({ data: { expiresAt: new Date(Date.now() - 1) } });
  await make(randomUUID(), 'New');
  expect(await table().count()).toBe(1);
});

it('a failure is not stored', async () => {
  const key = randomUUID();
  const failed = await make(key, 'Failed', { body: { name: 'Failed' } });
  expect(failed.status).toBe(400);
  expect((await make(key, 'Failed')).status).toBe(201);
});

it('the same key of another caller, path or token scope is another key', async () => {
  const key = randomUUID();
  const { body: mine } = await make(key, 'Scoped');
  const other = await makeUser(at, { role: 'editor' });
  const theirs = await make(key, 'Scoped', { token: other.token });
  expect(theirs.status).toBe(201);
  expect(theirs.body.id).not.toBe(mine.id);
  const archived = await at.rest('POST', `/workspaces/${mine.id}/archive`, {
    headers: { 'idempotency-key': key },
  });
  expect(archived).toMatchObject({ status: 200, body: { id: mine.id } });
});

it('a repeated request is authorized again', async () => {
  const { id, token } = await makeUser(at, { role: 'editor' });
  const key = randomUUID();
  const path = `/workspaces/${demo.workspaceId}/authoring-files`;
  const send = (as: string) =>
    at.rest('POST', path, {
      body: { path: 'anew.md', content: '' },
      headers: { 'idempotency-key': key },
      token: as,
    });
  expect((await send(token)).status).toBe(201);
  expect((await send('unknown')).status).toBe(401);
  const { prisma } = at.gateway.services;
  await prisma.spaceMember.updateMany({ where: { userId: id }, data: { role: 'viewer' } });
  expect((await send(token)).status).toBe(403);
  await prisma.spaceMember.deleteMany({ where: { userId: id } });
  expect((await send(token)).status).toBe(404);
});

describe('a repeated request needs the permissions of its command', () => {
  const member = (userId: string, role: SpaceRole) => makeMember(at, { userId, role });

  it('to create a workspace: the role editor', async () => {
    const { id, token } = await makeUser(at, { role: 'editor' });
    const key = randomUUID();
    expect((await make(key, 'Made', { token })).status).toBe(201);
    await member(id, 'viewer');
    expect(await make(key, 'Made', { token })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    await member(id, 'editor');
    expect((await make(key, 'Made', { token })).status).toBe(201);
    expect(await count('Made')).toBe(1);
  });

  it('to archive a workspace: can_manage', async () => {
    const { id: principal_id, token } = await makeUser(at, { role: 'editor' });
    const workspace = await makeWorkspace(at);
    const path = `/workspaces/${workspace.id}`;
    const grant = (access_level: string) =>
      at.rest('PUT', `${path}/access`, {
        body: { visibility: 'shared', grants: [{ principal_type: 'user', principal_id, access_level }] },
      });
    await grant('manage');
    const headers = { 'idempotency-key': randomUUID() };
    const archive = () => at.rest('POST', `${path}/archive`, { token, headers });
    expect((await archive()).status).toBe(200);
    await at.graphql(`mutation { unarchiveWorkspace(spaceSlug: "demo", id: "${workspace.id}") { id } }`);
    await grant('view');
    expect(await archive()).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  it.each(['interrupt', 'restart'])(
    'to %s a session: can_edit, and to own the session or be a space admin',
    async (what) => {
      const { id: userId, token } = await makeUser(at, { role: 'admin' });
      const owner = await makeUser(at, { role: 'editor' });
      const { id: workspaceId } = await makeWorkspace(at, { visibility: 'space' });
      const theirs = await makeRuntime(at, { workspaceId, userId: owner.id });
      const own = await makeRuntime(at, { workspaceId, userId });
      const answered = async (session_id: string) => {
        const path = `/sessions/${session_id}/${what}`;
        const key = randomUUID();
        await keptAnswer(userId, { key, path });
        return () => repeat(path, { token, key });
      };
      const [ofTheirs, ofOwn] = [await answered(theirs.session.id), await answered(own.session.id)];
      expect([(await ofTheirs()).status, (await ofOwn()).status]).toEqual([200, 200]);
      await member(userId, 'editor');
      expect([(await ofTheirs()).status, (await ofOwn()).status]).toEqual([403, 200]);
      await member(userId, 'viewer');
      expect([(await ofTheirs()).status, (await ofOwn()).status]).toEqual([403, 403]);
    },
  );

  it.each(['/workers', '/sessions'])(
    'to start by %s: can_edit of the workspace in the body',
    async (path) => {
      const { id: userId, token } = await makeUser(at, { role: 'editor' });
      const workspace = await makeWorkspace(at, { visibility: 'space' });
      const key = randomUUID();
      const sent = { workspace_id: workspace.id };
      await keptAnswer(userId, { key, path, body: JSON.stringify(sent) });
      const again = (other = {}) => repeat(path, { token, key, body: JSON.stringify({ ...sent, ...other }) });
      expect((await again()).status).toBe(200);
      expect((await again({ branch: 'x' })).status).toBe(409);
      await member(userId, 'viewer');
      expect((await again()).status).toBe(403);
      // Nobody learns whether the body was the same.
      expect((await again({ branch: 'x' })).status).toBe(403);
    },
  );

  const basePath = '/api/v1.0/engagement/spaces/demo/notebooks';

  /** Sends a request whose kept answer is not that of a run. */
  const repeat = (path: string, { token, key, body }: { token: string; key: string; body?: string }) =>
    fetch(at.url + basePath + path, {
      method: 'POST',
      body,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
    });

  /** Keeps an answer, as if the request had run. */
  async function keptAnswer(userId: string, request: { key: string; path: string; body?: string }) {
    const { prisma } = at.gateway.services;
    const actor = { userId, scopes: new Set(['read', 'write', 'execute', 'admin']) };
    const begun = await new IdempotencyStore({ prisma }).begin({ actor } as never, {
      method: 'POST',
      operation: 'createWorkspace',
      names: { spaceSlug: 'demo' },
      ...request,
      path: basePath + request.path,
      body: new TextEncoder().encode(request.body ?? ''),
    });
    if (!('attempt' in begun)) throw new Error('The key was used before.');
    const answer = new TextEncoder().encode('{"kept":true}');
    await begun.attempt.keep({ status: 200, headers: {}, body: answer });
    await begun.attempt.end();
  }
});

it.each([[''], ['a b'], ['x'.repeat(256)], ['caf\u00e9'], ['one, two']])(
  'the key %j answers 400 and names the header',
  async (key) => {
    const { status, body } = await make(key, 'Bad key');
    expect({ status, loc: body.errors[0].loc }).toEqual({ status: 400, loc: ['header', 'Idempotency-Key'] });
    expect(await count('Bad key')).toBe(0);
  },
);

it('a key of 255 characters is accepted', async () => {
  expect((await make('x'.repeat(255), 'Long key')).status).toBe(201);
});

it('without a valid token the key is not read', async () => {
  const { status } = await make('a b', 'Nobody', { token: null });
  expect(status).toBe(401);
});

it('a repeated link is refused once the caller may not view its target any more', async () => {
  const editor = await makeUser(at, { role: 'editor' });
  const repository = await makeRepository(at);
  const workspace = await makeWorkspace(at, { visibility: 'space' });
  const path = 'to-link.ipynb';
  const made = await at.rest('POST', `/workspaces/${workspace.id}/files`, { body: { path } });
  const link = () =>
    at.rest('POST', `/documents/${made.body.notebook_id}/links`, {
      body: { target_type: 'repository', target_id: repository.id },
      headers: { 'idempotency-key': 'link' },
      token: editor.token,
    });
  expect(await link()).toMatchObject({ status: 201, body: { target_name: repository.name } });
  expect((await link()).status).toBe(201);
  await makeWorkspace(at, { defaultRepositoryId: repository.id, visibility: 'private' });
  expect(await link()).toMatchObject({
    status: 400,
    body: { code: 'invalid_request', errors: [{ loc: ['body', 'target_id'] }] },
  });
});
