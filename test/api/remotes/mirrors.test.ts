import { describe, expect, it } from 'vitest';
import { makeRepository } from '../../support/factories/make-repository.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import { readEvents } from '../../support/sse.js';
import {
  git,
  mirror,
  platform,
  remote,
  replaceRemote,
  save,
  setUpMirrors,
  state,
  sync,
  syncFinished,
  tip,
} from './mirror-fixture.js';

setUpMirrors();

describe('a repository created with a remote', () => {
  it('gets the branches, tags, default branch and history of the remote', async () => {
    await replaceRemote({ defaultBranch: 'trunk' });
    remote.commit({ 'notes.md': 'one' });
    const trunk = remote.commit({ 'notes.md': 'two' });
    const side = remote.commit({ 'side.md': 'three' }, 'feature/side');
    remote.git('tag', 'v1', trunk);
    remote.git('push', '--quiet', 'origin', 'v1');
    const id = await mirror();
    expect(await state(id)).toMatchObject({ syncStatus: 'synced', lastError: null, hasSecret: false });
    const { repository } = await platform.space(
      `repository(id: "${id}") { defaultBranch branches { nodes { name commitSha } } }`,
    );
    expect(repository).toEqual({
      defaultBranch: 'trunk',
      branches: {
        nodes: [
          { name: 'feature/side', commitSha: side },
          { name: 'trunk', commitSha: trunk },
        ],
      },
    });
    expect(git(id, 'rev-parse', 'HEAD', 'v1^{commit}').split('\n')).toEqual([trunk, trunk]);
    git(id, 'fsck', '--strict', '--full', '--no-dangling');
    const { prisma } = platform.at.gateway.services;
    const where = { repositoryId: id, branch: 'trunk', path: 'notes.md' };
    expect(await prisma.fileVersion.count({ where })).toBe(2);
  });

  it('keeps its first commit while the remote is empty, and pushes it if pushes are on', async () => {
    const id = await mirror('pushAfterSave: true');
    expect(await state(id)).toMatchObject({ syncStatus: 'synced' });
    expect(tip(id)).not.toBeNull();
    expect(remote.tip('main')).toBe(tip(id));
  });

  it('is usable while the remote is unreachable, reports why, and syncs on request', async () => {
    remote.commit({ 'a.md': 'a' });
    remote.mood = 'failing';
    const id = await mirror();
    expect(await state(id)).toMatchObject({
      syncStatus: 'error',
      lastError: 'The remote answered with an error of its own.',
      lastSyncedAt: null,
    });
    expect(tip(id)).not.toBeNull();
    remote.mood = 'well';
    expect(await sync(id)).toMatchObject({ syncStatus: 'pending' });
    expect(await syncFinished(id)).toMatchObject({ syncStatus: 'synced', lastError: null });
    expect(tip(id)).toBe(remote.tip('main'));
  });
});

describe('the first sync', () => {
  it('keeps commits that were saved before it, and reports a conflict', async () => {
    const there = remote.commit({ 'a.md': 'a' });
    remote.mood = 'failing';
    const id = await mirror('pushAfterSave: true');
    await save(id, 'mine.md', 'mine');
    const mine = tip(id);
    remote.mood = 'well';
    await sync(id);
    await expect.poll(async () => (await state(id)).syncStatus, { timeout: 40_000 }).toBe('conflicted');
    expect((await state(id)).conflicts).toEqual([{ branch: 'main', ahead: 2, behind: 1 }]);
    expect([tip(id), remote.tip('main')]).toEqual([mine, there]);
  });

  it('changes the default branch of workspaces to that of the remote', async () => {
    await replaceRemote({ defaultBranch: 'trunk' });
    const trunk = remote.commit({ 'a.md': 'a' });
    remote.mood = 'failing';
    const id = await mirror('pushAfterSave: true');
    const workspace = await makeWorkspace(platform.at, { defaultRepositoryId: id });
    remote.mood = 'well';
    await sync(id);
    expect(await syncFinished(id)).toMatchObject({ syncStatus: 'synced' });
    expect([tip(id), tip(id, 'trunk'), remote.tip('main')]).toEqual([null, trunk, null]);
    const file = await platform.at.rest('GET', `/workspaces/${workspace.id}/authoring-file?path=a.md`);
    expect(file).toMatchObject({ status: 200, body: { content: 'a' } });
  });

  it('fast-forwards a repository with commits, and pushes commits that the remote lacks', async () => {
    const { id } = await makeRepository(platform.at);
    await save(id, 'mine.md', 'mine');
    const set = (push: boolean) =>
      platform.mutate(
        `setRepositoryRemote(spaceSlug: "demo", repositoryId: "${id}",
          input: {url: "${remote.url}", pushAfterSave: ${push}}) { syncStatus }`,
      );
    expect(await set(true)).toEqual({ syncStatus: 'pending' });
    expect(await syncFinished(id)).toMatchObject({ syncStatus: 'synced' });
    expect(remote.tip('main')).toBe(tip(id));
    await set(false);
    const next = remote.commit({ 'b.md': 'b' });
    await sync(id);
    await expect.poll(() => tip(id), { timeout: 40_000 }).toBe(next);
  });
});

describe('a sync', () => {
  it('fast-forwards branches, keeps those that the remote deleted, and publishes the change', async () => {
    remote.commit({ 'a.md': 'a' });
    const gone = remote.commit({ 'b.md': 'b' }, 'gone');
    const id = await mirror();
    const { at } = platform;
    const subscribe = (query: string) =>
      fetch(`${at.url}/graphql`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${at.token}`,
          'content-type': 'application/json',
          accept: 'text/event-stream',
        },
        body: JSON.stringify({ query: `subscription { ${query} }` }),
      });
    const changes = await subscribe(
      `repositoryRemoteChanged(spaceSlug: "demo", repositoryId: "${id}") { syncStatus }`,
    );
    const seen = readEvents(
      changes,
      ({ data }) => data?.data?.repositoryRemoteChanged?.syncStatus === 'synced',
    );
    const next = remote.commit({ 'a.md': 'aa' });
    remote.git('push', '--quiet', 'origin', ':gone');
    await sync(id);
    const events = (await seen).filter(({ event }) => event === 'next');
    expect(events.at(-1)!.data.data.repositoryRemoteChanged).toEqual({ syncStatus: 'synced' });
    expect(tip(id)).toBe(next);
    expect(tip(id, 'gone')).toBe(gone);
    const index = await at.gateway.services.prisma.branchIndex.findUniqueOrThrow({
      where: { repositoryId_branch: { repositoryId: id, branch: 'main' } },
    });
    expect(index.tipOid).toBe(next);
  });

  it('leaves branches that are ahead or have diverged as they are, and moves the others', async () => {
    remote.commit({ 'a.md': 'a' });
    remote.commit({ 'o.md': 'o' }, 'other');
    const id = await mirror();
    await save(id, 'here.md', 'here');
    const here = tip(id);
    await sync(id);
    expect(await syncFinished(id)).toMatchObject({ syncStatus: 'synced', conflicts: [] });
    expect(tip(id)).toBe(here);

    remote.commit({ 'a.md': 'there' });
    const there = remote.commit({ 'a.md': 'there 2' });
    const other = remote.commit({ 'o.md': 'oo' }, 'other');
    await sync(id);
    expect(await syncFinished(id)).toMatchObject({
      syncStatus: 'conflicted',
      lastError: 'Branches went different ways here and on the remote; merge them and sync again.',
      conflicts: [{ branch: 'main', ahead: 1, behind: 2 }],
    });
    expect([tip(id), tip(id, 'other'), remote.tip('main')]).toEqual([here, other, there]);
  });

  it('leaves a branch that the remote rewrote as it is, and keeps both histories', async () => {
    remote.commit({ 'a.md': 'a' });
    const before = remote.commit({ 'a.md': 'b' });
    const id = await mirror('pushAfterSave: true');
    remote.git('checkout', '--quiet', 'main');
    remote.git('reset', '--quiet', '--hard', 'HEAD~1');
    remote.git('commit', '--quiet', '--allow-empty', '--message', 'Rewritten');
    remote.git('push', '--quiet', '--force', 'origin', 'main');
    const rewritten = remote.git('rev-parse', 'HEAD');
    await sync(id);
    expect(await syncFinished(id)).toMatchObject({
      syncStatus: 'conflicted',
      conflicts: [{ branch: 'main', ahead: 1, behind: 1 }],
    });
    expect([tip(id), remote.tip('main')]).toEqual([before, rewritten]);
    expect(git(id, 'for-each-ref', '--format=%(objectname)', 'refs/gateway/remote')).toBe(rewritten);
    git(id, 'fsck', '--strict', '--full');
  });

  it('reports a branch name that cannot exist beside a local one as a conflict', async () => {
    remote.commit({ 'a.md': 'a' });
    remote.commit({ 'x.md': 'x' }, 'x');
    const id = await mirror();
    remote.git('push', '--quiet', 'origin', ':x');
    remote.git('checkout', '--quiet', '--detach');
    remote.git('branch', '--quiet', '-D', 'x');
    const below = remote.commit({ 'x.md': 'xx' }, 'x/y');
    const other = remote.commit({ 'o.md': 'o' }, 'o');
    await sync(id);
    expect(await syncFinished(id)).toMatchObject({
      syncStatus: 'conflicted',
      conflicts: [{ branch: 'x/y', ahead: null, behind: null }],
    });
    expect(tip(id, 'o')).toBe(other);
    await platform.mutate(`deleteBranch(spaceSlug: "demo", repositoryId: "${id}", name: "x")`);
    await sync(id);
    expect(await syncFinished(id)).toMatchObject({ syncStatus: 'synced', conflicts: [] });
    expect(tip(id, 'x/y')).toBe(below);
  });

  it('runs at its interval without a request', async () => {
    remote.commit({ 'a.md': 'a' });
    const id = await mirror('fetchIntervalSeconds: 60');
    const { prisma } = platform.at.gateway.services;
    const where = { repositoryId: id };
    const { nextSyncAt, lastSyncedAt } = await prisma.repositoryRemote.findUniqueOrThrow({ where });
    const seconds = (nextSyncAt!.getTime() - lastSyncedAt!.getTime()) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(54);
    expect(seconds).toBeLessThanOrEqual(66);
    const next = remote.commit({ 'a.md': 'b' });
    await prisma.repositoryRemote.update({ where, data: { nextSyncAt: new Date() } });
    await expect.poll(() => tip(id), { timeout: 40_000 }).toBe(next);
  });
});
