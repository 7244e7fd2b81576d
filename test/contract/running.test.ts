import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const browser = { accept: 'text/html,*/*;q=0.8' };
const statusOf = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(at.url + path, init);
  await response.text();
  return response.status;
};

it.each([
  ['GET', '/graphql?query=%7Bme%7Bid%7D%7D'],
  ['POST', '/graphql'],
  ['GET', '/graphql/stream?query=%7Bme%7Bid%7D%7D'],
  ['POST', '/graphql/stream'],
  ['PUT', '/graphql/stream'],
  ['GET', '/openapi.json'],
  ['GET', '/metrics'],
  ['GET', '/git/demo/welcome.git/info/refs?service=git-upload-pack'],
  ['GET', '/api/v1.0/engagement/spaces/demo/notebooks/workspaces'],
])('%s %s needs a token, whatever a client accepts', async (method, path) => {
  const types = ['application/json', 'text/event-stream', '*/*'];
  for (const accept of types) {
    const answer = await fetch(at.url + path, { method, headers: { accept } });
    expect([accept, answer.status]).toEqual([accept, 401]);
    expect(answer.headers.get('www-authenticate')).toMatch(/^(Bearer|Basic realm=.*)$/);
    expect(await answer.text()).not.toMatch(/demo|welcome/);
  }
});

it.each(['/', '/docs', '/spaces/demo', '/administration', '/graphql', '/healthz', '/readyz'])(
  '%s needs no token in a browser: it is a page, or says how the gateway is',
  async (path) => {
    // Pages that are not built are a 503 that says so.
    expect([200, 503]).toContain(await statusOf(path, { headers: browser }));
  },
);

it('the database has no token, and of the data folder the one file of it alone', async () => {
  const { prisma } = at.gateway.services;
  expect(JSON.stringify(await prisma.apiToken.findMany())).not.toContain(at.token);
  const entries = await readdir(at.dataDir, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path)).includes(at.token)) found.push(path);
  }
  expect(found).toEqual([join(at.dataDir, 'admin-token')]);
});

it('ADMIN_TOKEN is the token of the first user, a platform admin, with all scopes', async () => {
  const given = randomBytes(24).toString('hex');
  const other = await openTestGateway({ env: { ADMIN_TOKEN: given } });
  try {
    const { data } = await other.graphql(
      '{ me { isPlatformAdmin apiTokens { nodes { scopes } } } }',
      {},
      given,
    );
    expect(data.me).toEqual({
      isPlatformAdmin: true,
      apiTokens: { nodes: [{ scopes: ['read', 'write', 'execute', 'admin'] }] },
    });
    expect(await readdir(other.dataDir)).not.toContain('admin-token');
  } finally {
    await other.close();
  }
});

it('the demo is a space with a repository, a workspace and a notebook', async () => {
  const listed = async (path: string) => (await at.rest('GET', path)).body.items;
  expect(await listed('/repositories')).toMatchObject([{ id: demo.repositoryId }]);
  expect(await listed('/workspaces')).toMatchObject([
    { id: demo.workspaceId, space_slug: 'demo', default_repository_id: demo.repositoryId },
  ]);
  const files = await listed(`/workspaces/${demo.workspaceId}/files`);
  expect(files).toMatchObject([{ path: demo.notebookPath, kind: 'notebook' }]);
});

it('a query, a mutation and a subscription are answered at /graphql, the last as server-sent events', async () => {
  const send = async (query: string, accept: string) => {
    const answer = await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json', accept },
      body: JSON.stringify({ query }),
    });
    const type = answer.headers.get('content-type')!.split(';')[0];
    const reader = answer.body!.getReader();
    const text = Buffer.from((await reader.read()).value!).toString();
    await reader.cancel();
    return [answer.status, type, text] as const;
  };
  const json = 'application/json';
  expect(await send('{ me { isPlatformAdmin } }', json)).toEqual([
    ...[200, json, '{"data":{"me":{"isPlatformAdmin":true}}}'],
  ]);
  const rename = 'mutation { updateSpace(slug: "demo", input: { name: "Demo" }) { slug } }';
  expect(await send(rename, json)).toEqual([200, json, '{"data":{"updateSpace":{"slug":"demo"}}}']);
  const follow = 'subscription { spaceEvents(spaceSlug: "demo", after: "0") { cursor } }';
  const [status, type, text] = await send(follow, 'text/event-stream');
  expect([status, type]).toEqual([200, 'text/event-stream']);
  expect(text).toMatch(/^(:[^\n]*\n\n|event: next\ndata: \{"data":\{"spaceEvents")/);
});
