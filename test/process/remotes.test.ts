import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { nativeGit } from '../engines/git/git-fixture.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { type GitHttpServer, openGitHttpServer } from '../support/git-http-server.js';
import { gitOnPath } from '../support/git-on-path.js';
import { testPython } from '../support/jupyter.js';

// Each starts gateways, and waits for what they do by themselves.
vi.setConfig({ testTimeout: 150_000 });

const secret = 'S3cr3t-of-the-process';
const env = { REMOTE_ALLOWED_HOSTS: '127.0.0.0/8', LOG_LEVEL: 'trace' };

let dataDir: string;
let gateway: GatewayProcess;
let remote: GitHttpServer;
let token: string;
let printed = '';
beforeAll(async () => {
  await testPython();
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-process-'));
  remote = await openGitHttpServer();
  gateway = await startGatewayProcess(dataDir, env);
  token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
});
afterAll(async () => {
  await gateway.kill('SIGKILL');
  await remote.close();
  await rm(dataDir, { recursive: true, force: true });
});

const send = async (path: string, body: object) => {
  const response = await fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  printed += text;
  return JSON.parse(text);
};
const graphql = async (query: string) => {
  const { data, errors } = await send('/graphql', { query });
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
};
const restart = async (signal: NodeJS.Signals) => {
  await gateway.kill(signal);
  printed += gateway.output();
  gateway = await startGatewayProcess(dataDir, env);
};

let id: string;
const gitdir = () => join(dataDir, 'repositories', `${id}.git`);
const tip = (branch = 'main') =>
  nativeGit(['--git-dir', gitdir(), 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]);
const status = async () =>
  (await graphql(`{ space(slug: "demo") { repository(id: "${id}") { remote { syncStatus lastError } } } }`))
    .space.repository.remote;

it('the next start resumes a sync that kill -9 interrupted, and leaves nothing partial', async () => {
  remote.credentials = `robot:${secret}`;
  remote.commit({ 'large.bin': randomBytes(200_000).toString('hex') });
  remote.mood = 'stall';
  const made = await graphql(
    `mutation { createRepository(spaceSlug: "demo", input: {name: "mirror", kind: project, remote: {url: "${remote.url}",
      username: "robot", secret: "${secret}", pushAfterSave: true}}) { id remote { syncStatus } } }`,
  );
  expect(made.createRepository.remote).toEqual({ syncStatus: 'pending' });
  id = made.createRepository.id;
  const first = tip();
  // The refs were asked for, then the objects, which stop half way.
  await expect.poll(() => remote.requests.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
  await restart('SIGKILL');
  expect(tip()).toBe(first);
  expect(nativeGit(['--git-dir', gitdir(), 'for-each-ref', 'refs/gateway'])).toBe('');

  remote.mood = 'well';
  // The sync that began with this start may still hang in the mood of before.
  await restart('SIGTERM');
  await expect.poll(status, { timeout: 60_000 }).toEqual({ syncStatus: 'synced', lastError: null });
  expect(tip()).toBe(remote.tip('main'));
  nativeGit(['--git-dir', gitdir(), 'fsck', '--full', '--strict', '--no-dangling']);
  expect(readdirSync(join(dataDir, 'repositories/gateway-tmp'))).toEqual([]);
});

it('the next start pushes a save made before kill -9', async () => {
  const workspace = await graphql(
    `mutation { createWorkspace(spaceSlug: "demo", input: {name: "w", defaultRepositoryId: "${id}"}) { id } }`,
  );
  const base = `/api/v1.0/engagement/spaces/demo/notebooks/workspaces/${workspace.createWorkspace.id}`;
  await send(`${base}/authoring-files`, { path: 'kept.md', content: 'kept' });
  const saved = tip();
  await restart('SIGKILL');
  expect(tip()).toBe(saved);
  await expect.poll(() => remote.tip('main'), { timeout: 75_000 }).toBe(saved);
});

it('the secret appears in no answer, no log line and no file', async () => {
  remote.mood = 'indiscreet';
  await graphql(`mutation { syncRepository(spaceSlug: "demo", repositoryId: "${id}") { url } }`);
  await expect.poll(async () => (await status()).syncStatus, { timeout: 60_000 }).toBe('error');
  await restart('SIGTERM');
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((file) =>
    file.isFile(),
  );
  const contents = await Promise.all(
    files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
  );
  expect(printed).toContain('a remote was not synced');
  for (const spelling of [secret, Buffer.from(`robot:${secret}`).toString('base64')]) {
    for (const text of [printed, ...contents]) expect(text.includes(spelling)).toBe(false);
  }
});

it('with a git older than 2.37 remotes are refused, and the error says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-process-'));
  const other = await startGatewayProcess(folder, {
    PATH: await gitOnPath(folder, '2.36.9'),
    JUPYTER_HOME: join(folder, 'none'),
  });
  try {
    const key = (await readFile(join(folder, 'admin-token'), 'utf8')).trim();
    const response = await fetch(`${other.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `mutation { createRepository(spaceSlug: "demo", input: {name: "mirror", kind: project,
          remote: {url: "https://git.example.com/a"}}) { id } }`,
      }),
    });
    const { errors } = (await response.json()) as { errors: object[] };
    expect(errors).toMatchObject([
      {
        message: 'Remotes need git 2.37 or newer on the machine of the gateway.',
        extensions: { code: 'runtime_unavailable' },
      },
    ]);
  } finally {
    await other.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});
