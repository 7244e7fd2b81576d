import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeSpace } from '../support/factories/make-space.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { type GitClient, gitClient, gitUrl } from '../support/git-client.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

let on: TestPlatform;
let client: GitClient;
beforeAll(async () => {
  on = await openTestPlatform();
  client = await gitClient();
});
afterAll(async () => {
  await on.at.close();
  await client.remove();
});

const answer = async (token: string, service: 'upload' | 'receive', path = 'demo/welcome') => {
  const response = await fetch(`${on.at.url}/git/${path}.git/info/refs?service=git-${service}-pack`, {
    headers: { authorization: `Basic ${Buffer.from(`anyone:${token}`).toString('base64')}` },
  });
  return { status: response.status, text: await response.text() };
};
/** What the caller may do: fetch and push. */
const may = async (token: string, path?: string) => [
  (await answer(token, 'upload', path)).status,
  (await answer(token, 'receive', path)).status,
];

it('Git access to a repository needs access to one of its workspaces', async () => {
  const { id: defaultRepositoryId, name } = await makeRepository(on.at);
  const path = `demo/${name}`;
  expect(await may(on.viewer.token, path)).toEqual([200, 403]);
  expect(await may(on.editor.token, path)).toEqual([200, 200]);
  const workspace = await makeWorkspace(on.at, { defaultRepositoryId, token: on.editor.token });
  const other = await makeUser(on.at, { role: 'editor' });
  expect(await may(on.editor.token, path)).toEqual([200, 200]);
  expect(await may(other.token, path)).toEqual([403, 403]);
  expect(await may(on.viewer.token, path)).toEqual([403, 403]);
  expect(await may(on.admin.token, path)).toEqual([200, 200]);

  const at = `/workspaces/${workspace.id}`;
  await on.at.rest('PATCH', at, { body: { visibility: 'space' }, token: on.editor.token });
  expect(await may(other.token, path)).toEqual([200, 200]);
  expect(await may(on.viewer.token, path)).toEqual([200, 403]);

  const grant = (level: 'view' | 'manage') =>
    on.at.rest('PUT', `${at}/access`, {
      body: {
        visibility: 'shared',
        owner_user_id: on.editor.id,
        grants: [{ principal_type: 'user', principal_id: on.viewer.id, access_level: level }],
      },
      token: on.editor.token,
    });
  await grant('view');
  expect(await may(on.viewer.token, path)).toEqual([200, 403]);
  expect(await may(other.token, path)).toEqual([403, 403]);
  await grant('manage');
  expect(await may(on.viewer.token, path)).toEqual([200, 200]);
});

it('an unknown repository and one of another space give the same answer, byte for byte', async () => {
  const { slug: space } = await makeSpace(on.at, { slug: 'other' });
  await makeRepository(on.at, { space, name: 'secret' });
  const answers = [
    await answer(on.editor.token, 'upload', 'other/secret'),
    await answer(on.editor.token, 'upload', 'other/nothing'),
    await answer(on.editor.token, 'receive', 'nowhere/secret'),
    await answer(on.editor.token, 'upload', 'demo/secret'),
    await answer(on.stranger.token, 'upload', 'demo/welcome'),
    await answer(on.stranger.token, 'receive', 'demo/nothing'),
  ];
  expect(new Set(answers.map((one) => JSON.stringify(one)))).toEqual(
    new Set([JSON.stringify({ status: 404, text: 'The repository was not found.\n' })]),
  );
});

it('clone needs the scope read and push the scope write', async () => {
  const reader = await makeUser(on.at, { role: 'editor', scopes: ['read'] });
  const writer = await makeUser(on.at, { role: 'editor', scopes: ['write'] });
  expect(await may(reader.token)).toEqual([200, 403]);
  expect(await may(writer.token)).toEqual([403, 200]);
  const refused = await client.git('clone', gitUrl(on.at.url, writer.token), 'refused');
  expect(refused.err).toContain('remote: This token lacks the scope "read".');
});

it('a wrong, missing or revoked token answers 401 and asks for credentials', async () => {
  const { prisma } = on.at.gateway.services;
  const user = await makeUser(on.at, { role: 'editor' });
  await client.ok('clone', '-q', gitUrl(on.at.url, user.token), 'revoked');
  await client.commit('revoked', 'late.txt', 'x');
  await prisma.apiToken.updateMany({ where: { userId: user.id }, data: { revokedAt: new Date() } });
  expect(await may(user.token)).toEqual([401, 401]);
  const pushed = await client.git('-C', 'revoked', 'push', '-q');
  expect(pushed.code).not.toBe(0);
  expect(pushed.err).toMatch(/Authentication failed/);
  expect((await client.git('clone', `${on.at.url}/git/demo/welcome.git`, 'anonymous')).code).not.toBe(0);
});

it('a token may be sent as a Bearer header in place of the password', async () => {
  const header = `http.extraHeader=Authorization: Bearer ${on.viewer.token}`;
  await client.ok('-c', header, 'clone', '-q', `${on.at.url}/git/demo/welcome.git`, 'header');
  expect(await client.ok('-C', 'header', 'rev-parse', 'HEAD')).toMatch(/^[0-9a-f]{40}$/);
});

it('a push fails when its user loses access while it runs', async () => {
  const user = await makeUser(on.at, { role: 'editor' });
  await client.ok('clone', '-q', gitUrl(on.at.url, user.token), 'during');
  const oid = await client.commit('during', 'during.txt', 'x');
  const before = await client.ok('-C', 'during', 'rev-parse', 'HEAD^');
  const pack = await client.bytes(
    `${oid}\n^${before}\n`,
    '-C',
    'during',
    'pack-objects',
    '--revs',
    '--stdout',
    '-q',
  );
  const line = `${before} ${oid} refs/heads/main\0report-status`;
  const head = Buffer.from(`${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`);
  const { prisma } = on.at.gateway.services;
  async function* body() {
    yield head;
    yield pack.subarray(0, 20);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await prisma.apiToken.updateMany({ where: { userId: user.id }, data: { revokedAt: new Date() } });
    yield pack.subarray(20);
  }
  const response = await fetch(`${on.at.url}/git/demo/welcome.git/git-receive-pack`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${user.token}`,
      'content-type': 'application/x-git-receive-pack-request',
    },
    body: body(),
    duplex: 'half',
  } as unknown as RequestInit);
  expect(await response.text()).toContain('ng refs/heads/main This token is not valid');
  const git = await on.at.gateway.services.git.repository(demo.repositoryId);
  expect(await git.resolveBranch('main')).toBe(before);
  await expect(git.readCommit(oid)).rejects.toMatchObject({ code: 'not_found' });
});
