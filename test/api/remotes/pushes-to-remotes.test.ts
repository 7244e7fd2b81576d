import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { nativeGit } from '../../engines/git/git-fixture.js';
import {
  git,
  gitdirOf,
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

describe('a push after saves', () => {
  it('sends a burst of saves with few pushes, also to a new branch, and nothing if pushes are off', async () => {
    remote.commit({ 'a.md': 'a' });
    const [on, off] = [await mirror('pushAfterSave: true'), await mirror()];
    await platform.mutate(`createBranch(spaceSlug: "demo", repositoryId: "${on}", name: "draft") { name }`);
    const pushes = () => remote.requests.filter(({ url }) => url.endsWith('/git-receive-pack')).length;
    await Promise.all([1, 2, 3, 4].map((i) => save(on, `${i}.md`, 'x')));
    await expect.poll(() => remote.tip('main'), { timeout: 40_000 }).toBe(tip(on));
    expect(pushes()).toBeLessThan(4);
    expect(remote.tip('draft')).toBe(tip(on, 'draft'));
    expect(await syncFinished(on)).toMatchObject({ syncStatus: 'synced' });

    const before = remote.tip('main');
    await save(off, 'off.md', 'x');
    await sync(off);
    await syncFinished(off);
    expect(remote.tip('main')).toBe(before);
  });

  it('sends saves that arrive during a sync in another sync', async () => {
    remote.commit({ 'a.md': 'a' });
    const id = await mirror('pushAfterSave: true');
    const [began, goOn] = [join(remote.gitdir, 'began'), join(remote.gitdir, 'go-on')];
    const hook = `#!/bin/sh\ntouch ${began}\nuntil [ -e ${goOn} ]; do sleep 0.05; done\n`;
    await writeFile(join(remote.gitdir, 'hooks/pre-receive'), hook, { mode: 0o755 });
    await save(id, 'first.md', 'x');
    await expect.poll(() => existsSync(began), { timeout: 40_000 }).toBe(true);
    await save(id, 'second.md', 'x');
    // Its burst is over by then.
    await sleep(1_500);
    expect((await state(id)).syncStatus).toBe('pending');
    await writeFile(goOn, '');
    await syncFinished(id);
    expect(remote.tip('main')).toBe(tip(id));
  });

  it('never overwrites the remote, and keeps the commits of a branch that the remote deleted', async () => {
    remote.commit({ 'a.md': 'a' });
    remote.commit({ 'g.md': 'g' }, 'gone');
    const id = await mirror('pushAfterSave: true');
    remote.git('push', '--quiet', 'origin', ':gone');
    const there = remote.commit({ 'a.md': 'there' });
    await save(id, 'here.md', 'here');
    const here = tip(id);
    await expect.poll(async () => (await state(id)).syncStatus, { timeout: 40_000 }).toBe('conflicted');
    expect([tip(id), remote.tip('main')]).toEqual([here, there]);
    expect([remote.tip('gone'), tip(id, 'gone')]).toEqual([null, expect.any(String)]);
  });

  it('sends everything to a new remote, whatever the former remote had', async () => {
    remote.commit({ 'a.md': 'a' });
    remote.commit({ 'g.md': 'g' }, 'gone');
    const id = await mirror('pushAfterSave: true');
    remote.git('push', '--quiet', 'origin', ':gone');
    await sync(id);
    await syncFinished(id);
    // As after a kill in the middle of a removal.
    await platform.at.gateway.services.prisma.repositoryRemote.delete({ where: { repositoryId: id } });
    await replaceRemote({});
    await platform.mutate(
      `setRepositoryRemote(spaceSlug: "demo", repositoryId: "${id}",
        input: {url: "${remote.url}", pushAfterSave: true}) { url }`,
    );
    expect(await syncFinished(id)).toMatchObject({ syncStatus: 'synced' });
    expect([remote.tip('main'), remote.tip('gone')]).toEqual([tip(id), tip(id, 'gone')]);
    const noted = git(id, 'for-each-ref', '--format=%(refname:lstrip=4)', 'refs/gateway');
    expect(noted.split('\n').sort()).toEqual(['heads/gone', 'heads/main']);
  });

  it('ends when another process removes the remote, and records nothing more', async () => {
    const before = remote.commit({ 'a.md': 'a' });
    const id = await mirror();
    const refs = git(id, 'for-each-ref', 'refs/gateway');
    await save(id, 'mine.md', 'mine');
    remote.commit({ 'o.md': 'o' }, 'other');
    let open = () => {};
    remote.gate = new Promise((resolve) => {
      open = resolve;
    });
    const { prisma } = platform.at.gateway.services;
    const where = { repositoryId: id };
    await prisma.repositoryRemote.update({ where, data: { pushAfterSave: true } });
    const served = remote.requests.length;
    await sync(id);
    await expect.poll(() => remote.requests.length).toBeGreaterThan(served);
    await prisma.repositoryRemote.delete({ where });
    open();
    await expect.poll(() => readdirSync(join(gitdirOf(id), '../gateway-tmp'))).toEqual([]);
    await sleep(1_000);
    expect([remote.tip('main'), tip(id, 'other')]).toEqual([before, null]);
    expect(git(id, 'for-each-ref', 'refs/gateway')).toBe(refs);
  });

  it('is reported as an error when the remote refuses it', async () => {
    remote.commit({ 'a.md': 'a' });
    const id = await mirror('pushAfterSave: true');
    nativeGit(['--git-dir', remote.gitdir, 'config', 'receive.fsckObjects', 'true']);
    nativeGit(['--git-dir', remote.gitdir, 'config', 'receive.maxInputSize', '1']);
    await save(id, 'b.md', 'b');
    await expect
      .poll(async () => (await state(id)).lastError, { timeout: 40_000 })
      .toBe('The remote refused what was pushed.');
  });
});
