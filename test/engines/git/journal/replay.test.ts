import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  fstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalLeases } from '../../../../src/engines/database/local-leases.js';
import { decodeRecord } from '../../../../src/engines/git/durability/journal/journal-record.js';
import { headerBytes } from '../../../../src/engines/git/durability/journal/segment-header.js';
import { diskSyncs } from '../../../../src/engines/git/durability/syncs.js';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../../src/engines/git/git-store.js';
import { bytes, type GitFixture, gitFixture, nativeGit } from '../git-fixture.js';
import { crashedDisk, heldSyncs, journalSegments } from './crashed-disk.js';

const syncs = heldSyncs();
let at: GitFixture;
let disk: ReturnType<typeof crashedDisk> | undefined;
beforeEach(async () => {
  at = await gitFixture({ 'README.md': '# Hello\n' }, { syncs });
  await at.commit({ kind: 'create', path: 'a.txt', bytes: bytes('a') });
  syncs.hold();
});
afterEach(async () => {
  syncs.release();
  disk?.remove();
  await at.remove();
});

const save = (text: string) => at.commit({ kind: 'save', path: 'a.txt', bytes: bytes(text) });
const ref = () => join(disk!.root, `${at.id}.git`, 'refs/heads/main');
const git = (...args: string[]) => nativeGit(['--git-dir', join(disk!.root, `${at.id}.git`), ...args]);
const looseObjects = (gitdir: string) =>
  execFileSync('find', [join(gitdir, 'objects'), '-type', 'f', '-name', '?'.repeat(38)], { encoding: 'utf8' })
    .trim()
    .split('\n');

/** Starts a store on the crashed disk, which replays the journal. */
async function restart(): Promise<void> {
  const store = new GitStore({ leases: new LocalLeases(), native: await findNativeGit(), root: disk!.root });
  await store.reconcile();
  await store.close();
  git('fsck', '--strict', '--full', '--no-dangling');
  expect(readdirSync(join(disk!.root, 'gateway-journal'))).toEqual([]);
}

describe('after a power failure', () => {
  it('missing, empty and truncated objects are restored, and the ref points to the last save', async () => {
    const before = new Set(looseObjects(at.gitdir));
    execFileSync('cp', ['-a', join(at.gitdir, 'refs/heads/main'), join(at.root, 'old-ref')]);
    await save('one');
    const { commitOid } = await save('two');
    disk = crashedDisk(at.root);
    const fresh = looseObjects(join(disk.root, `${at.id}.git`)).filter(
      (file) => !before.has(file.replace(disk!.root, at.root)),
    );
    expect(fresh.length).toBe(6);
    for (const [n, file] of fresh.entries()) {
      chmodSync(file, 0o644);
      if (n % 3 === 0) rmSync(file);
      else truncateSync(file, n % 3 === 1 ? 0 : 9);
    }
    execFileSync('mv', [join(disk.root, 'old-ref'), ref()]);
    await restart();
    expect(git('rev-parse', 'main')).toBe(commitOid);
    expect(git('show', 'main:a.txt')).toBe('two');
    expect(git('rev-list', '--count', 'main')).toBe('4');
  });

  it.each(['', '\0'.repeat(41), 'abc'])('a ref whose file contains %j is repaired', async (text) => {
    const { commitOid } = await save('one');
    disk = crashedDisk(at.root);
    writeFileSync(ref(), text);
    await restart();
    expect(git('rev-parse', 'main')).toBe(commitOid);
  });

  it('a ref whose new file is missing is updated from its packed value', async () => {
    at.git('pack-refs', '--all');
    const { commitOid } = await save('one');
    disk = crashedDisk(at.root);
    rmSync(ref());
    expect(git('rev-parse', 'main')).not.toBe(commitOid);
    await restart();
    expect(git('rev-parse', 'main')).toBe(commitOid);
  });

  it('a created branch exists, and a deleted one does not', async () => {
    await at.repository.createBranch('kept', at.firstCommit);
    await at.repository.createBranch('gone', at.firstCommit);
    await at.repository.deleteBranch('gone');
    disk = crashedDisk(at.root);
    const heads = join(disk.root, `${at.id}.git/refs/heads`);
    rmSync(join(heads, 'kept'));
    writeFileSync(join(heads, 'gone'), '');
    await restart();
    expect(readdirSync(heads)).toEqual(['kept', 'main']);
  });

  it('files of an interrupted replay are flushed by the next one, with their parent folders', async () => {
    await at.repository.createBranch('team/a/topic', at.firstCommit);
    disk = crashedDisk(at.root);
    rmSync(join(disk.root, `${at.id}.git/refs/heads/team`), { recursive: true });
    let isBroken = true;
    const flushed = new Set<number>();
    const store = new GitStore({
      leases: new LocalLeases(),
      native: await findNativeGit(),
      root: disk.root,
      syncs: {
        ...diskSyncs,
        all: async (fd) => {
          if (isBroken) throw new Error('the disk is broken');
          flushed.add(fstatSync(fd).ino);
          await diskSyncs.all(fd);
        },
      },
    });
    await store.reconcile();
    await expect(store.repository(at.id)).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(git('rev-parse', 'team/a/topic')).toBe(at.firstCommit);
    isBroken = false;
    await store.reconcile();
    for (const folder of ['refs/heads', 'refs/heads/team', 'refs/heads/team/a', 'refs/heads/team/a/topic']) {
      expect(flushed).toContain(statSync(join(disk.root, `${at.id}.git`, folder)).ino);
    }
    await store.close();
  });

  it('a ref that was moved since is not changed, also if it was moved back', async () => {
    const first = at.git('rev-parse', 'main');
    await save('one');
    disk = crashedDisk(at.root);
    git('update-ref', 'refs/heads/main', first);
    await restart();
    expect(git('rev-parse', 'main')).toBe(first);
  });

  it('the journal ends at an incomplete record', async () => {
    const { commitOid } = await save('one');
    await save('two');
    disk = crashedDisk(at.root);
    const [segment] = journalSegments(disk.root);
    const journal = readFileSync(segment!);
    let last = headerBytes;
    for (let read = decodeRecord(journal, last); read; ) {
      const next = decodeRecord(journal, read.end);
      if (!next) break;
      last = read.end;
      read = next;
    }
    journal[last + 60] = journal[last + 60]! ^ 1;
    writeFileSync(segment!, journal);
    writeFileSync(ref(), '');
    await restart();
    expect(git('rev-parse', 'main')).toBe(commitOid);
  });

  it('a save that was refused because of a push is not replayed', async () => {
    const first = at.git('rev-parse', 'main');
    // The lock makes the save wait with its record written; then the branch is elsewhere.
    writeFileSync(join(at.gitdir, 'refs/heads/main.lock'), '');
    const baseSha = at.git('rev-parse', 'main:a.txt');
    const late = at.commit({ kind: 'save', path: 'a.txt', bytes: bytes('late'), baseSha });
    const refused = expect(late).rejects.toMatchObject({ code: 'base_sha_conflict' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const pushed = at.git('commit-tree', '-p', first, '-m', 'x', treeWith('pushed'));
    writeFileSync(join(at.gitdir, 'refs/heads/main'), `${pushed}\n`);
    rmSync(join(at.gitdir, 'refs/heads/main.lock'));
    await refused;
    // The record that takes it back needs a flush of its own, which the refusal does not wait for.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    disk = crashedDisk(at.root);
    writeFileSync(ref(), '');
    await restart();
    expect(git('rev-parse', 'main')).toBe(first);
  });
});

describe('after a kill, with the machine still up', () => {
  it('no ref is moved, because all acknowledged files exist', async () => {
    const first = at.git('rev-parse', 'main');
    await save('one');
    execFileSync('cp', ['-a', at.root, `${at.root}-crashed`]);
    disk = { root: `${at.root}-crashed`, remove: () => rmSync(`${at.root}-crashed`, { recursive: true }) };
    execFileSync('cp', ['-a', join(at.root, `${at.id}.git/refs/heads/main`), join(disk.root, 'ref')]);
    writeFileSync(ref(), `${first}\n`);
    await restart();
    expect(git('rev-parse', 'main')).toBe(first);
  });
});

it('after a kill, files that the system may wrongly hold as flushed are written again, and lost ones restored', async () => {
  const { commitOid } = await save('one');
  await at.repository.createBranch('topic', commitOid);
  disk = { root: `${at.root}-crashed`, remove: () => rmSync(`${at.root}-crashed`, { recursive: true }) };
  execFileSync('cp', ['-a', at.root, disk.root]);
  const object = join(disk.root, `${at.id}.git/objects`, commitOid.slice(0, 2), commitOid.slice(2));
  chmodSync(object, 0o644);
  truncateSync(object, 0);
  writeFileSync(ref(), '');
  const topic = join(disk.root, `${at.id}.git/refs/heads/topic`);
  const before = statSync(topic, { bigint: true });
  // The kernel's clock for files goes on in steps of up to 10 ms.
  await new Promise((resolve) => setTimeout(resolve, 20));
  await restart();
  const after = statSync(topic, { bigint: true });
  expect(git('rev-parse', 'main', 'topic')).toBe(`${commitOid}\n${commitOid}`);
  expect(after.ctimeNs).toBeGreaterThan(before.ctimeNs);
  // Node sets times in whole microseconds, from a double.
  expect(Math.abs(Number(after.mtimeNs - before.mtimeNs))).toBeLessThan(2000);
});

it('the records of a removed repository are dropped', async () => {
  await save('one');
  disk = crashedDisk(at.root);
  rmSync(join(disk.root, `${at.id}.git`), { recursive: true });
  const store = new GitStore({ leases: new LocalLeases(), native: await findNativeGit(), root: disk.root });
  await store.reconcile();
  await store.close();
  expect(existsSync(join(disk.root, `${at.id}.git`))).toBe(false);
});

function treeWith(text: string): string {
  const blob = at.gitWithInput(text, 'hash-object', '-w', '--stdin');
  return at.gitWithInput(`100644 blob ${blob}\ta.txt\n`, 'mktree');
}
