import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalLeases } from '../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../src/engines/git/git-store.js';
import { bytes, type GitFixture, gitFixture, nativeGit, someone } from './git-fixture.js';

const run = promisify(execFile);

let at: GitFixture;
beforeEach(async () => {
  at = await gitFixture({ 'README.md': '# Hello\n', 'saved.txt': '0' });
});
afterEach(() => at.remove());

describe('beside native git', () => {
  it('a push and saves at the same time keep every commit', async () => {
    const clone = join(at.root, 'clone');
    nativeGit(['clone', '-q', at.gitdir, clone]);
    let pushing = true;
    const saved: string[] = [];
    const saves = (async () => {
      for (let n = 1; pushing; n++) {
        const { commitOid } = await at.commit({ kind: 'save', path: 'saved.txt', bytes: bytes(`${n}`) });
        saved.push(commitOid);
        // In bursts: a push starves while the branch moves again before it is through.
        await new Promise((resolve) => setTimeout(resolve, n % 6 === 0 ? 1500 : 20));
      }
    })();
    const pushed: string[] = [];
    const identity = ['-c', 'user.name=O', '-c', 'user.email=o@x'];
    for (let n = 0; n < 3; n++) {
      writeFileSync(join(clone, `pushed-${n}.txt`), 'x');
      await run('git', ['-C', clone, 'add', '-A']);
      await run('git', ['-C', clone, ...identity, 'commit', '-q', '-m', `push ${n}`]);
      let done = false;
      for (let attempt = 0; !done && attempt < 30; attempt++) {
        await run('git', ['-C', clone, ...identity, 'pull', '-q', '--rebase']);
        done = await run('git', ['-C', clone, 'push', '-q']).then(
          () => true,
          () => false,
        );
      }
      expect(done).toBe(true);
      pushed.push(nativeGit(['-C', clone, 'rev-parse', 'HEAD']));
    }
    pushing = false;
    await saves;
    expect(saved.length).toBeGreaterThan(3);
    for (const oid of [...saved, ...pushed]) at.git('merge-base', '--is-ancestor', oid, 'main');
    at.fsck();
  }, 60_000);

  it('16 writers on 16 branches and pushes to one of them all succeed and keep every commit', async () => {
    const branches = Array.from({ length: 16 }, (_, n) => `writer-${n}`);
    for (const branch of branches) await at.repository.createBranch(branch, at.firstCommit);
    const clone = join(at.root, 'clone');
    nativeGit(['clone', '-q', '-b', 'writer-0', at.gitdir, clone]);
    let pushing = true;
    /** What a pull and a push take on this machine, now. */
    let pushMs = 500;
    const saved = new Map<string, string[]>(branches.map((branch) => [branch, []]));
    const writers = branches.map(async (branch, writer) => {
      for (let n = 0; pushing; n++) {
        const { commitOid } = await at.repository.commit({
          branch,
          changes: [{ kind: 'create', path: `${branch}/${n}.txt`, bytes: bytes(`${n}`) }],
          author: someone,
          committer: someone,
          message: `${n}`,
        });
        saved.get(branch)!.push(commitOid);
        // On the branch that is pushed to in bursts: a push starves while that moves again before it is through.
        const waitMs = writer > 0 ? 20 : n % 4 === 3 ? pushMs * 3 : 5;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    });
    const pushed: string[] = [];
    const identity = ['-c', 'user.name=O', '-c', 'user.email=o@x'];
    for (let n = 0; n < 4; n++) {
      writeFileSync(join(clone, `pushed-${n}.txt`), 'x');
      await run('git', ['-C', clone, 'add', '-A']);
      await run('git', ['-C', clone, ...identity, 'commit', '-q', '-m', `push ${n}`]);
      let done = false;
      for (let attempt = 0; !done && attempt < 30; attempt++) {
        const from = performance.now();
        await run('git', ['-C', clone, ...identity, 'pull', '-q', '--rebase']);
        done = await run('git', ['-C', clone, 'push', '-q']).then(
          () => true,
          () => false,
        );
        pushMs = performance.now() - from;
      }
      expect(done).toBe(true);
      pushed.push(nativeGit(['-C', clone, 'rev-parse', 'HEAD']));
    }
    pushing = false;
    await Promise.all(writers);
    for (const [branch, oids] of saved) {
      expect(oids.length).toBeGreaterThan(2);
      const kept = new Set(at.git('rev-list', branch).split('\n'));
      for (const oid of oids) expect(kept).toContain(oid);
      if (branch === 'writer-0') for (const oid of pushed) expect(kept).toContain(oid);
    }
    at.fsck();
  }, 120_000);

  it('reads and saves succeed while the repository is repacked repeatedly', async () => {
    for (let n = 0; n < 10; n++)
      await at.commit({ kind: 'create', path: `f/${n}.txt`, bytes: bytes(`text ${n}`) });
    let repacking = true;
    let reads = 0;
    const repacks = (async () => {
      for (let n = 0; n < 6 || reads < 10; n++) {
        await run('git', ['--git-dir', at.gitdir, 'repack', n % 2 ? '-adq' : '-adfq']);
        await run('git', ['--git-dir', at.gitdir, 'pack-refs', '--all']);
      }
      repacking = false;
    })();
    while (repacking) {
      const { commitOid } = await at.commit({ kind: 'save', path: 'saved.txt', bytes: bytes(`${reads}`) });
      // A store of its own has nothing in memory, so each read goes to the disk.
      const cold = await new GitStore({
        leases: new LocalLeases(),
        native: await findNativeGit(),
        root: at.root,
      }).repository(at.id);
      const file = await cold.readFile(commitOid, `f/${reads % 10}.txt`);
      expect(file?.bytes.toString()).toBe(`text ${reads % 10}`);
      reads += 1;
    }
    await repacks;
    at.fsck();
  }, 60_000);

  it('a save waits for a lock that native git holds', async () => {
    const lock = join(at.gitdir, 'refs/heads/main.lock');
    writeFileSync(lock, '');
    const save = at.commit({ kind: 'save', path: 'saved.txt', bytes: bytes('late') });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await at.repository.resolveBranch('main')).toBe(at.firstCommit);
    await run('rm', [lock]);
    expect((await save).changed).toBe(true);
  });
});

describe('after a SIGKILL', () => {
  it('every acknowledged save exists, and nothing is damaged or locked', async () => {
    const acknowledged: { path: string; commitOid: string }[] = [];
    for (let round = 0; round < 10; round++) {
      const child = startWriter(round);
      child.on('message', (message) => acknowledged.push(message as (typeof acknowledged)[number]));
      for (let n = 0; n < 4; n++) await once(child, 'message');
      await new Promise((resolve) => setTimeout(resolve, round * 3));
      child.kill('SIGKILL');
      await once(child, 'close');
      await at.store.reconcile();
    }
    at.fsck();
    expect(acknowledged.length).toBeGreaterThanOrEqual(40);
    const tip = await at.repository.resolveBranch('main');
    for (const { path, commitOid } of acknowledged) {
      expect((await at.repository.readFile(tip, path))?.bytes.toString()).toBe(path);
      expect(await at.repository.isAncestor(commitOid, tip)).toBe(true);
    }
    expect(readdirSync(join(at.gitdir, 'gateway-tmp'))).toEqual([]);
    expect(readdirSync(join(at.gitdir, 'refs/heads'))).toEqual(['main']);
    await at.commit({ kind: 'save', path: 'saved.txt', bytes: bytes('still works') });
  }, 120_000);

  function startWriter(round: number): ChildProcess {
    const program = new URL('./save-in-a-loop.ts', import.meta.url).pathname;
    return fork(program, [at.root, at.id, String(round)], { execArgv: ['--import', 'tsx'] });
  }
});
