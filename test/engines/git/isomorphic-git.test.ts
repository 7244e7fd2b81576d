import git from 'isomorphic-git';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DurableFiles } from '../../../src/engines/git/durability/durable-files.js';
import type { StoreOwner } from '../../../src/engines/git/durability/store-owner.js';
import { gitdirFs, virtualGitdir } from '../../../src/engines/git/objects/gitdir-fs.js';
import { createObjectCaches } from '../../../src/engines/git/objects/object-caches.js';
import { ObjectStore } from '../../../src/engines/git/objects/object-store.js';
import { type GitFixture, gitFixture } from './git-fixture.js';
import { randomHistory } from './random-history.js';
import { seededRandom } from './seeded-random.js';

let at: GitFixture;
beforeEach(async () => {
  at = await gitFixture();
});
afterEach(() => at.remove());

/** What isomorphic-git gets: the objects of the repository, and nothing else. */
function confined() {
  const files = new DurableFiles(at.gitdir, null as unknown as StoreOwner);
  return { fs: gitdirFs(new ObjectStore(at.id, files, createObjectCaches())), gitdir: virtualGitdir };
}

/** Writes an object without git's own checks, and returns its id. */
function write(type: string, content: string | Buffer): string {
  return at.gitWithInput(content, 'hash-object', '-w', '--literally', '-t', type, '--stdin');
}

function commitBy(author: string, message = 'm\n'): string {
  const tree = at.git('rev-parse', 'main^{tree}');
  return write('commit', `tree ${tree}\nauthor ${author}\ncommitter ${author}\n\n${message}`);
}

function childOf(parent: string, message: string): string {
  return at.git('commit-tree', '-p', parent, '-m', message, 'main^{tree}');
}

function treeOf(mode: string, name: string | Buffer): string {
  const blob = Buffer.from(at.gitWithInput('x', 'hash-object', '-w', '--stdin'), 'hex');
  return write('tree', Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), blob]));
}

function mergeBases(oids: string[]): string[] {
  try {
    return at
      .git('merge-base', '--all', ...oids)
      .split('\n')
      .sort();
  } catch {
    // Git exits with 1 when there is none.
    return [];
  }
}

describe('isomorphic-git does right', () => {
  it('annotated tags, loose and packed', async () => {
    at.git('tag', '-m', 'note', 'v1', at.firstCommit);
    at.git('tag', '-m', 'of a tag', 'v2', 'v1');
    for (const prepare of [() => {}, () => at.git('repack', '-adq')]) {
      prepare();
      for (const [name, target] of [
        ['v1', at.firstCommit],
        ['v2', at.git('rev-parse', 'v1')],
      ] as const) {
        const { tag } = await git.readTag({ ...confined(), oid: at.git('rev-parse', name) });
        expect(tag.object).toBe(target);
      }
    }
  });

  it('finds the merge bases that Git finds', async () => {
    const commits = randomHistory(at.gitdir, { seed: 5, commits: 60 });
    const random = seededRandom(5);
    for (let n = 0; n < 20; n++) {
      const oids = [commits[random(60)]!, commits[random(60)]!];
      const found: string[] = await git.findMergeBase({ ...confined(), oids });
      expect(found.sort()).toEqual(mergeBases(oids));
    }
  }, 30_000);
});

describe('isomorphic-git does not read, or changes, what git accepts; so we parse', () => {
  const malformedAuthors = [
    ['without an email', 'A 1 +0000'],
    ['without a time', 'A <a@x>'],
    ['with a malformed zone', 'A <a@x> 5 xx'],
  ];

  it.each(malformedAuthors)('a commit %s', async (_, author) => {
    const oid = commitBy(author);
    await expect(git.readCommit({ ...confined(), oid })).rejects.toThrow();
    expect((await at.repository.readCommit(oid)).author.name).toContain('A');
  });

  it.each(malformedAuthors)('a merge base %s', async (_, author) => {
    const base = commitBy(author);
    const [one, two] = [childOf(base, 'one'), childOf(base, 'two')];
    await expect(git.findMergeBase({ ...confined(), oids: [one, two] })).rejects.toThrow();
    expect(await at.repository.mergeBases(one, two)).toEqual([base]);
  });

  it('a message with other line breaks', async () => {
    const oid = commitBy('A <a@x> 1 +0000', 'one\r\ntwo\n');
    expect((await git.readCommit({ ...confined(), oid })).commit.message).not.toBe('one\r\ntwo\n');
    expect((await at.repository.readCommit(oid)).message).toBe('one\r\ntwo\n');
  });

  it.each([
    ['a backslash in a name', '100644', 'a\\b'],
    ['an old mode', '100664', 'x'],
  ])('a tree with %s', async (_, mode, name) => {
    const oid = treeOf(mode, name);
    await expect(git.readTree({ ...confined(), oid })).rejects.toThrow();
    const commit = write('commit', `tree ${oid}\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n\nm\n`);
    expect(await at.repository.listFiles(commit)).toMatchObject([{ path: name }]);
  });
});
