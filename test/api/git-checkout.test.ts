import { afterAll, beforeAll, expect, test } from 'vitest';
import { CheckoutTokens } from '../../src/git-access/checkout-tokens.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeWorker } from '../support/factories/make-worker.js';
import { type GitClient, gitClient, gitUrl } from '../support/git-client.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

const minute = 60_000;
let on: TestPlatform;
let client: GitClient;
let tokens: CheckoutTokens;

beforeAll(async () => {
  on = await openTestPlatform();
  client = await gitClient();
  tokens = on.at.gateway.services.checkoutTokens;
});
afterAll(async () => {
  await on.at.close();
  await client.remove();
});

/** A worker that starts, and its token. */
async function starting(lifeMs = minute): Promise<{ workerId: string; token: string }> {
  const { id } = await makeWorker(on.at, { userId: on.editor.id, status: 'starting' });
  return { workerId: id, token: tokens.issue(id, lifeMs) };
}

const canFetch = async (token: string, path?: string) =>
  (await client.git('ls-remote', gitUrl(on.at.url, token, path))).code === 0;

test('a checkout token fetches one commit of the repository of its worker', async () => {
  const { token } = await starting();
  const commit = await client.ok('ls-remote', gitUrl(on.at.url, on.admin.token), 'refs/heads/main');
  const oid = commit.split('\t')[0]!;
  await client.ok('init', '--bare', 'fetched.git');
  const url = gitUrl(on.at.url, token);
  await client.ok('-C', 'fetched.git', 'fetch', '--depth=1', url, oid);
  expect(await client.ok('-C', 'fetched.git', 'rev-parse', 'FETCH_HEAD')).toBe(oid);
});

test('it pushes nothing, and no other repository is known to it', async () => {
  const { token } = await starting();
  const { name } = await makeRepository(on.at);
  expect(await canFetch(token)).toBe(true);
  expect(await canFetch(token, `demo/${name}`)).toBe(false);
  await client.ok('clone', '--quiet', gitUrl(on.at.url, token), 'pushing');
  await client.commit('pushing', 'new.txt', 'of a worker\n');
  const pushed = await client.git('-C', 'pushing', 'push', 'origin', 'main');
  expect([pushed.code, pushed.err]).toEqual([128, expect.stringContaining('403')]);
  const direct = await fetch(`${on.at.url}/git/demo/welcome.git/git-receive-pack`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-git-receive-pack-request' },
    body: '0000',
  });
  expect([direct.status, await direct.text()]).toEqual([403, expect.stringContaining('fetch only')]);
});

test('it opens nothing but Git', async () => {
  const { token } = await starting();
  expect((await on.at.rest('GET', '/workspaces', { token })).status).toBe(401);
  expect((await on.at.graphql('{ me { id } }', {}, token)).status).toBe(401);
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
  const query = encodeURIComponent('subscription { workerChanged { id } }');
  const stream = await fetch(`${on.at.url}/graphql/stream?query=${query}`, { headers });
  expect(stream.status).toBe(401);
});

test.each(['ready', 'stopped', 'failed'] as const)('it ends when its worker is %s', async (status) => {
  const { workerId, token } = await starting();
  await on.at.gateway.services.prisma.worker.update({ where: { id: workerId }, data: { status } });
  const answer = await fetch(`${on.at.url}/git/demo/welcome.git/info/refs?service=git-upload-pack`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('which is over')]);
});

test('it ends with its time, and no part of it can be changed', async () => {
  const { workerId, token } = await starting();
  expect(await canFetch((await starting(-1)).token)).toBe(false);
  const [name, id, expiry, signature] = token.split('.') as [string, string, string, string];
  const other = (await starting()).workerId;
  for (const changed of [
    [name, other, expiry, signature],
    [name, id, String(Number(expiry) + 1), signature],
    [name, id, expiry, signature.replace(/^./, (one) => (one === 'A' ? 'B' : 'A'))],
    [name, id, expiry, ''],
  ])
    expect(await canFetch(changed.join('.'))).toBe(false);
  expect(new CheckoutTokens(new Uint8Array(32)).workerOf(token)).toBeUndefined();
  expect(tokens.workerOf(token)).toBe(workerId);
});
