import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalLeases } from '../../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../../src/engines/git/git-store.js';
import { bytes, type GitFixture, gitFixture, someone } from '../git-fixture.js';
import { makeDue } from './make-due.js';

let at: GitFixture;
let store: GitStore;
beforeEach(async () => {
  at = await gitFixture();
  store = new GitStore({ leases: new LocalLeases(), root: at.root, native: await findNativeGit() });
});
afterEach(() => at.remove());

const signal = new AbortController().signal;
const maintain = (steps: string[] = []) =>
  store.maintain(at.id, { signal, onProgress: (step, percent) => steps.push(`${step} ${percent}`) });
const text = (n: number) => `${n}\n${'a line that stays the same\n'.repeat(400)}`;
const objectFile = (oid: string) => join(at.gitdir, 'objects', oid.slice(0, 2), oid.slice(2));
const age = (oid: string, days: number) => {
  const then = Date.now() / 1000 - days * 24 * 3600;
  utimesSync(objectFile(oid), then, then);
};
async function save(n: number): Promise<string> {
  const saved = await at.commit({ kind: 'save', path: 'README.md', bytes: bytes(text(n)) });
  return saved.commitOid;
}

describe('maintenance', () => {
  it('packs loose objects, reports its progress, and changes no content', async () => {
    for (let n = 0; n < 40; n++) await save(n);
    const before = await store.measure(at.id);
    expect(before).toMatchObject({ packs: 0, looseObjects: 123 });
    const steps: string[] = [];
    await maintain(steps);
    expect(steps).toEqual(
      expect.arrayContaining(['prune null', 'pack null', 'pack 100', 'commit_graph null']),
    );
    const after = await store.measure(at.id);
    expect(after).toMatchObject({ packs: 1, looseObjects: 0 });
    expect(after.sizeBytes).toBeLessThan(before.sizeBytes);
    at.fsck();
    at.git('commit-graph', 'verify');
    const repository = await store.repository(at.id);
    expect((await repository.readFile(await repository.resolveBranch('main'), 'README.md'))?.bytes).toEqual(
      bytes(text(39)),
    );
    await maintain();
    expect(await store.measure(at.id)).toEqual(after);
  });

  it('joins packs when there are many', async () => {
    for (let n = 0; n < 10; n++) {
      await save(n);
      at.git('repack', '-d', '-q');
    }
    expect((await store.measure(at.id)).packs).toBe(10);
    await maintain();
    expect((await store.measure(at.id)).packs).toBeLessThan(4);
    at.fsck();
  });

  it('is due above a limit on the bytes of loose objects', async () => {
    const repository = await store.repository(at.id);
    const large = Buffer.alloc(5 * 1024 * 1024);
    for (let n = 0; n < 100 && !(await store.needsMaintenance(at.id)); n++) {
      large.writeUInt32LE(n, 0);
      const changes = [{ kind: 'save' as const, path: 'README.md', bytes: large }];
      await repository.commit({ branch: 'main', changes, author: someone, committer: someone, message: '' });
    }
    // Four or more files of 5 MiB in the sixteenth that is looked at.
    expect(await store.needsMaintenance(at.id)).toBe(true);
    expect((await store.measure(at.id)).looseObjects).toBeLessThan(500);
  });

  it('is due above a limit on loose objects or on packs', async () => {
    expect(await store.needsMaintenance(at.id)).toBe(false);
    makeDue(at.gitdir);
    expect(await store.needsMaintenance(at.id)).toBe(true);
  });

  it('keeps objects of hidden refs, and recent unreachable objects', async () => {
    const hidden = at.gitWithInput('kept by a hidden ref', 'hash-object', '-w', '--stdin');
    at.git('update-ref', 'refs/gateway/replaced/1', hidden);
    const young = at.gitWithInput('young', 'hash-object', '-w', '--stdin');
    const old = at.gitWithInput('old', 'hash-object', '-w', '--stdin');
    const needed = at.gitWithInput('old, but a young tree names it', 'hash-object', '-w', '--stdin');
    at.gitWithInput(`100644 blob ${needed}\tx\n`, 'mktree');
    age(hidden, 20);
    age(young, 13);
    age(old, 15);
    age(needed, 15);
    await maintain();
    expect(at.git('cat-file', '-p', hidden)).toBe('kept by a hidden ref');
    expect(at.git('cat-file', '-p', young)).toBe('young');
    expect(at.git('cat-file', '-p', needed)).toMatch(/^old, but/);
    expect(existsSync(objectFile(old))).toBe(false);
    at.fsck();
  });

  it('never removes an old object that a save finds again at that moment', async () => {
    for (let round = 0; round < 15; round++) {
      const content = `forgotten ${round}`;
      const oid = at.gitWithInput(content, 'hash-object', '-w', '--stdin');
      age(oid, 20);
      const pruning = maintain();
      await sleep(round * 2);
      await at.commit({ kind: 'save', path: 'README.md', bytes: bytes(content) });
      await pruning;
      expect(at.git('show', 'main:README.md')).toBe(content);
    }
    at.fsck();
  });

  it('puts back the objects that a killed prune had renamed, and removes old temporary files', async () => {
    const saved = await at.commit({ kind: 'save', path: 'README.md', bytes: bytes('aside') });
    const oid = saved.files[0]!.oid;
    renameSync(objectFile(oid), join(at.gitdir, 'gateway-tmp', `pruned-${oid}`));
    const pack = join(at.gitdir, 'objects', 'pack');
    for (const name of ['.tmp-123-pack-abc.pack', 'tmp_pack_Xy12', 'tmp_pack_young'])
      writeFileSync(join(pack, name), 'x');
    for (const name of ['.tmp-123-pack-abc.pack', 'tmp_pack_Xy12']) utimesSync(join(pack, name), 1, 1);
    await maintain();
    expect(at.git('show', 'main:README.md')).toBe('aside');
    expect(readdirSync(pack).filter((name) => name.includes('tmp'))).toEqual(['tmp_pack_young']);
    at.fsck();
  });

  it('disturbs neither saves nor reads of an open store', async () => {
    let running = true;
    const reader = (async () => {
      let reads = 0;
      for (const commits: string[] = [at.firstCommit]; running; reads++) {
        commits.push(await save(reads));
        for (let n = 0; n < 5; n++) {
          const which = Math.floor(Math.random() * commits.length);
          const file = await at.repository.readFile(commits[which]!, 'README.md');
          if (which > 0) expect(file?.bytes).toEqual(bytes(text(which - 1)));
        }
        expect(await at.repository.resolveBranch('main')).toBe(commits.at(-1));
      }
      return reads;
    })();
    try {
      for (let round = 0; round < 12; round++) await maintain();
    } finally {
      running = false;
    }
    const reads = await reader;
    expect(Number(at.git('rev-list', '--count', 'main'))).toBe(reads + 1);
    at.fsck();
  }, 60_000);

  it('stops when it is aborted, and leaves no lock', async () => {
    for (let n = 0; n < 30; n++) await save(n);
    for (let delay = 0; delay < 40; delay += 8) {
      const controller = new AbortController();
      const running = store.maintain(at.id, { signal: controller.signal, onProgress: () => {} });
      const outcome = running.then(() => 'done').catch(() => 'ended');
      await sleep(delay);
      controller.abort();
      await outcome;
    }
    await maintain();
    at.fsck();
  });

  it('may be killed at any moment, and its git processes end with it', async () => {
    const large = (n: number) => bytes(`${n} ${randomBytes(400_000).toString('base64')}`);
    let made = 0;
    let killed = 0;
    for (let round = 0; round < 8; round++) {
      for (let n = 0; n < 6; n++) await at.commit({ kind: 'save', path: 'README.md', bytes: large(made++) });
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', 'test/engines/git/maintenance/maintain-once.ts', at.root, at.id],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await firstOutput(child);
      await sleep(round * 25);
      if (child.kill('SIGKILL')) killed += 1;
      at.fsck();
    }
    expect(killed).toBeGreaterThan(3);
    await expect.poll(() => processesOn(at.gitdir), { timeout: 10_000 }).toEqual([]);
    await maintain();
    expect((await store.measure(at.id)).looseObjects).toBe(0);
    expect(Number(at.git('rev-list', '--count', 'main'))).toBe(made + 1);
    at.fsck();
  }, 60_000);
});

/** The processes whose arguments name a repository. */
function processesOn(gitdir: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(gitdir);
    } catch {
      return false;
    }
  });
}

function firstOutput(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout!.once('data', () => resolve());
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`))));
  });
}
