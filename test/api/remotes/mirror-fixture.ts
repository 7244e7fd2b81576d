import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { nativeGit } from '../../engines/git/git-fixture.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import { uniqueName } from '../../support/factories/mutate.js';
import { type GitHttpServer, openGitHttpServer } from '../../support/git-http-server.js';
import { openTestPlatform, type TestPlatform } from '../../support/platform.js';

/** All of a remote. */
export const selection = `url username hasSecret fetchIntervalSeconds pushAfterSave syncStatus lastError
  conflicts { branch ahead behind } lastAttemptAt lastSyncedAt`;

export let platform: TestPlatform;
export let remote: GitHttpServer;

/** Opens one platform for the tests of the file that calls this, and a remote for each of them. */
export function setUpMirrors(): void {
  // Each test waits for processes of git and for a server of theirs.
  vi.setConfig({ testTimeout: 60_000 });
  beforeAll(async () => {
    platform = await openTestPlatform({ REMOTE_ALLOWED_HOSTS: '127.0.0.1' });
  });
  afterAll(() => platform.at.close());
  beforeEach(async () => {
    remote = await openGitHttpServer();
  });
  afterEach(() => remote.close());
}

/** Gives this test another remote than the usual. */
export async function replaceRemote(options: Parameters<typeof openGitHttpServer>[0]): Promise<void> {
  await remote.close();
  remote = await openGitHttpServer(options);
}

export const gitdirOf = (id: string) => join(platform.at.dataDir, 'repositories', `${id}.git`);
export const git = (id: string, ...args: string[]) => nativeGit(['--git-dir', gitdirOf(id), ...args]);
export const tip = (id: string, branch = 'main') =>
  git(id, 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`) || null;
export const state = (id: string) =>
  platform
    .space(`repository(id: "${id}") { defaultBranch remote { ${selection} } }`)
    .then((space) => space.repository.remote);
export const sync = (id: string) =>
  platform.mutate(`syncRepository(spaceSlug: "demo", repositoryId: "${id}") { ${selection} }`);

/** Waits until nothing is pending. */
export async function syncFinished(id: string): Promise<any> {
  await expect.poll(async () => (await state(id)).syncStatus, { timeout: 40_000 }).not.toBe('pending');
  return state(id);
}

/** Makes a repository that mirrors, and waits for the first sync. */
export async function mirror(options = ''): Promise<string> {
  const { id } = await platform.mutate(
    `createRepository(spaceSlug: "demo", input: {name: "${uniqueName('repository')}", kind: project,
      remote: {url: "${remote.url}" ${options}}}) { id }`,
  );
  await syncFinished(id);
  return id;
}

export async function save(id: string, path: string, content: string): Promise<void> {
  const workspace = await makeWorkspace(platform.at, { defaultRepositoryId: id });
  const saved = await platform.at.rest('POST', `/workspaces/${workspace.id}/authoring-files`, {
    body: { path, content },
  });
  expect(saved.status).toBe(201);
}
