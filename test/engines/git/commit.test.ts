import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskSyncs, type Syncs } from '../../../src/engines/git/durability/syncs.js';
import { bytes, type GitFixture, gitFixture, someone } from './git-fixture.js';

let at: GitFixture;
beforeEach(async () => {
  at = await gitFixture({
    'README.md': '# Hello\n',
    'notes/a.ipynb': '{}\n',
    'notes/deep/b.ipynb': '{"b":1}\n',
  });
});
afterEach(() => at.remove());

const tip = () => at.repository.resolveBranch('main');
const text = async (path: string) =>
  (await at.repository.readFile(await tip(), path))?.bytes.toString() ?? null;
const code = (code: string) => expect.objectContaining({ name: 'DomainError', code });

describe('a commit', () => {
  it('is read by native git with its author, committer, message and file', async () => {
    const result = await at.repository.commit({
      branch: 'main',
      changes: [{ kind: 'create', path: 'new/é.txt', bytes: bytes('text') }],
      author: { name: 'Eve\n<x> Forge', email: 'eve@x>\nparent 0' },
      committer: someone,
      message: 'Two\0 lines\n\nbody',
    });
    expect(result).toMatchObject({ changed: true, parentOid: at.firstCommit });
    expect(at.git('log', '-1', '--format=%H|%P|%an|%ae|%cn|%B', 'main')).toBe(
      `${result.commitOid}|${at.firstCommit}|Evex Forge|eve@xparent 0|Ada Lovelace|Two lines\n\nbody`,
    );
    expect(at.git('log', '-1', '--format=%ct', 'main')).toBe(String(result.date.getTime() / 1000));
    expect(at.git('-c', 'core.quotepath=off', 'ls-tree', '-r', 'main', 'new')).toBe(
      `100644 blob ${result.files[0]!.oid}\tnew/é.txt`,
    );
    expect(result.files).toEqual([
      { path: 'new/é.txt', oid: at.git('rev-parse', 'main:new/é.txt'), size: 4 },
    ]);
    at.fsck();
  });

  it('stores a large file without deflating it, because maintenance packs it', async () => {
    const large = bytes('the same line\n'.repeat(100_000));
    const { files } = await at.commit({ kind: 'save', path: 'README.md', bytes: large });
    const { oid, size } = files[0]!;
    const { size: onDisk } = statSync(join(at.gitdir, 'objects', oid.slice(0, 2), oid.slice(2)));
    expect(onDisk).toBeGreaterThan(size);
    expect(await text('README.md')).toBe(large.toString());
    expect(at.git('cat-file', '-s', oid)).toBe(String(size));
    at.fsck();
  });

  it('applies several changes in order as one', async () => {
    const { files } = await at.commit(
      { kind: 'create', path: 'c.txt', bytes: bytes('c') },
      { kind: 'move', path: 'c.txt', newPath: 'd.txt' },
      { kind: 'save', path: 'README.md', bytes: bytes('changed') },
      { kind: 'delete', path: 'notes/a.ipynb' },
    );
    expect(files.map(({ path }) => path)).toEqual(['d.txt', 'README.md']);
    expect(at.git('ls-tree', '-r', '--name-only', 'main').split('\n')).toEqual([
      'README.md',
      'd.txt',
      'notes/deep/b.ipynb',
    ]);
    expect(at.git('rev-list', '--count', 'main')).toBe('2');
    at.fsck();
  });

  it('removes a folder with its last file', async () => {
    await at.commit({ kind: 'delete', path: 'notes/deep/b.ipynb' });
    expect(at.git('ls-tree', '-r', '-t', '--name-only', 'main')).not.toContain('deep');
    await at.commit({ kind: 'delete', path: 'notes/a.ipynb' }, { kind: 'delete', path: 'README.md' });
    expect(at.git('ls-tree', 'main')).toBe('');
    at.fsck();
  });

  it('sorts entries as git does, with a folder as if its name ended in a slash', async () => {
    for (const path of ['a.txt', 'a/x', 'a0', 'a-b', 'é/x', 'Z', 'a/😀', 'a/\ufb01']) {
      await at.commit({ kind: 'create', path, bytes: bytes(path) });
    }
    at.fsck();
    const files = (await at.repository.listFiles(await tip())).map(({ path }) => path);
    expect(files).toEqual(
      at.git('-c', 'core.quotepath=off', 'ls-tree', '-r', '--name-only', 'main').split('\n'),
    );
  });

  it('keeps an executable file executable', async () => {
    at.git('update-ref', 'refs/heads/main', executableCommit());
    await at.commit({ kind: 'save', path: 'run.sh', bytes: bytes('new') });
    expect(at.git('ls-tree', 'main', 'run.sh')).toMatch(/^100755 /);
    await at.commit({ kind: 'move', path: 'run.sh', newPath: 'bin/run.sh' });
    expect(at.git('ls-tree', '-r', 'main', 'bin')).toMatch(/^100755 /);
  });

  it('is not created when the bytes are the same', async () => {
    const result = await at.commit({ kind: 'save', path: 'README.md', bytes: bytes('# Hello\n') });
    expect(result).toMatchObject({ changed: false, commitOid: at.firstCommit });
    expect(result.files[0]).toMatchObject({ path: 'README.md', size: 8 });
    expect(await tip()).toBe(at.firstCommit);
  });
});

describe('a change is refused', () => {
  it.each([
    ['file_exists', { kind: 'create', path: 'README.md', bytes: bytes('') }],
    ['file_exists', { kind: 'move', path: 'notes/a.ipynb', newPath: 'README.md' }],
    ['file_exists', { kind: 'move', path: 'README.md', newPath: 'README.md' }],
    ['invalid_path', { kind: 'create', path: 'notes', bytes: bytes('') }],
    ['invalid_path', { kind: 'create', path: 'README.md/x', bytes: bytes('') }],
    ['invalid_path', { kind: 'create', path: 'readme.MD', bytes: bytes('') }],
    ['invalid_path', { kind: 'create', path: 'Notes/c.ipynb', bytes: bytes('') }],
    ['invalid_path', { kind: 'create', path: 'a/../b', bytes: bytes('') }],
    ['invalid_path', { kind: 'move', path: 'README.md', newPath: '.git/config' }],
    ['invalid_path', { kind: 'save', path: 'notes', bytes: bytes('') }],
    ['not_found', { kind: 'save', path: 'nothing', bytes: bytes('') }],
    ['not_found', { kind: 'save', path: 'README.md/x', bytes: bytes('') }],
    ['not_found', { kind: 'delete', path: 'notes/nothing' }],
    ['not_found', { kind: 'move', path: 'nothing', newPath: 'b' }],
  ] as const)('with %s: %j', async (expected, change) => {
    await expect(at.commit(change)).rejects.toEqual(code(expected));
    expect(await tip()).toBe(at.firstCommit);
  });

  it('naming the new path in the fault', async () => {
    const failed = at.commit({ kind: 'move', path: 'README.md', newPath: 'notes' });
    await expect(failed).rejects.toMatchObject({ faults: [{ path: ['newPath'] }] });
  });

  it('except a rename that changes only the case', async () => {
    await at.commit({ kind: 'move', path: 'README.md', newPath: 'readme.md' });
    expect(await text('readme.md')).toBe('# Hello\n');
  });

  it('on a branch that does not exist or has no valid name', async () => {
    const input = { changes: [], author: someone, committer: someone, message: 'm' };
    await expect(at.repository.commit({ ...input, branch: 'none' })).rejects.toEqual(code('not_found'));
    await expect(at.repository.commit({ ...input, branch: '../x' })).rejects.toEqual(code('invalid_ref'));
  });
});

describe('concurrent saves', () => {
  it('of 20 files on one branch create 20 commits', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        at.commit({ kind: 'create', path: `n/${n}.txt`, bytes: bytes(`${n}`) }),
      ),
    );
    expect(at.git('rev-list', '--count', `${at.firstCommit}..main`)).toBe('20');
    for (const { commitOid } of results) at.git('merge-base', '--is-ancestor', commitOid, 'main');
    expect((await at.repository.listFiles(await tip())).length).toBe(23);
    at.fsck();
  });

  it('of one file with the same base create one commit, and 19 conflicts with the current sha', async () => {
    const baseSha = at.git('rev-parse', 'main:README.md');
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        at.commit({ kind: 'save', path: 'README.md', bytes: bytes(`${n}`), baseSha }),
      ),
    );
    const current = at.git('rev-parse', 'main:README.md');
    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed).toHaveLength(19);
    for (const { reason } of failed) {
      expect(reason).toEqual(code('base_sha_conflict'));
      expect(reason.extra).toEqual({
        path: 'README.md',
        branch: 'main',
        baseSha,
        currentSha: current,
      });
    }
    expect(at.git('rev-list', '--count', 'main')).toBe('2');
  });

  it('in a queue form one chain, each refused or written for itself', async () => {
    const baseSha = at.git('rev-parse', 'main:README.md');
    const save = (text: string, base?: string) =>
      at.commit({ kind: 'save', path: 'README.md', bytes: bytes(text), baseSha: base });
    const results = await Promise.allSettled([
      save('one', baseSha),
      save('two', baseSha),
      save('one'),
      at.commit({ kind: 'create', path: 'new/c.txt', bytes: bytes('c') }),
      at.commit({ kind: 'create', path: 'new/c.txt', bytes: bytes('d') }),
      at.commit({ kind: 'move', path: 'new/c.txt', newPath: 'new/d.txt' }),
      save('three', at.gitWithInput('one', 'hash-object', '--stdin')),
    ]);
    const oids = results.map((result) => (result.status === 'fulfilled' ? result.value.commitOid : null));
    expect(results.map((result) => (result.status === 'rejected' ? result.reason.code : 'made'))).toEqual([
      'made',
      'base_sha_conflict',
      'made',
      'made',
      'file_exists',
      'made',
      'made',
    ]);
    expect(results[1]).toMatchObject({
      reason: { extra: { currentSha: at.git('rev-parse', `${oids[0]}:README.md`) } },
    });
    // The third changed nothing: it stands for the first.
    expect(oids[2]).toBe(oids[0]);
    expect(results[2]).toMatchObject({ value: { changed: false } });
    expect(results[5]).toMatchObject({ value: { files: [{ path: 'new/d.txt', size: 1 }] } });
    expect(at.git('rev-list', '--reverse', `${at.firstCommit}..main`).split('\n')).toEqual([
      oids[0],
      oids[3],
      oids[5],
      oids[6],
    ]);
    at.fsck();
  });

  it('of 20 files on one branch share fsyncs and ref updates', async () => {
    let flushes = 0;
    const syncs: Syncs = {
      ...diskSyncs,
      data: async (fd) => {
        flushes += 1;
        await diskSyncs.data(fd);
      },
    };
    const counted = await gitFixture({}, { syncs });
    await counted.commit({ kind: 'create', path: 'first', bytes: bytes('') });
    flushes = 0;
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        counted.commit({ kind: 'create', path: `${n}.txt`, bytes: bytes(`${n}`) }),
      ),
    );
    expect(flushes).toBeLessThanOrEqual(4);
    expect(counted.git('rev-list', '--count', 'main')).toBe('22');
    await counted.remove();
  });

  it('check the base before they compare the bytes', async () => {
    const change = {
      kind: 'save',
      path: 'README.md',
      bytes: bytes('# Hello\n'),
      baseSha: '0'.repeat(40),
    } as const;
    await expect(at.commit(change)).rejects.toEqual(code('base_sha_conflict'));
  });

  it('are refused when the queue is full', async () => {
    const saves = Array.from({ length: 1010 }, () =>
      at.commit({ kind: 'save', path: 'README.md', bytes: bytes('# Hello\n') }),
    );
    const refused = (await Promise.allSettled(saves)).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(10);
    expect(refused[0]).toMatchObject({ reason: { code: 'storage_unavailable' } });
  });
});

describe('a damaged repository', () => {
  const objectFile = (oid: string) => join(at.gitdir, 'objects', oid.slice(0, 2), oid.slice(2));

  it('is repaired by a save of the bytes of a truncated object', async () => {
    const { files } = await at.commit({
      kind: 'create',
      path: 'x.txt',
      bytes: bytes('precious'.repeat(100)),
    });
    await at.commit({ kind: 'delete', path: 'x.txt' });
    const file = objectFile(files[0]!.oid);
    chmodSync(file, 0o644);
    truncateSync(file, 10);
    await at.commit({ kind: 'create', path: 'y.txt', bytes: bytes('precious'.repeat(100)) });
    expect(await text('y.txt')).toBe('precious'.repeat(100));
    at.fsck();
  });

  it('is repaired when a cache knows an object that a prune removed', async () => {
    const save = (text: string) => at.commit({ kind: 'save', path: 'README.md', bytes: bytes(text) });
    const { files } = await save('once');
    await save('twice');
    for (const tree of [files[0]!.oid, at.git('rev-parse', 'main~1^{tree}')]) rmSync(objectFile(tree));
    await save('once');
    expect(await text('README.md')).toBe('once');
    at.git('cat-file', '-p', 'main^{tree}');
    at.git('cat-file', '-p', 'main:README.md');
  });

  it('answers storage_unavailable for a truncated object, without a path of the host', async () => {
    const oid = at.git('rev-parse', 'main:README.md');
    chmodSync(objectFile(oid), 0o644);
    truncateSync(objectFile(oid), 3);
    const failure = await text('README.md').catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'storage_unavailable' });
    expect(JSON.stringify(failure) + String(failure)).not.toContain(at.root);
  });

  it('never uses an older packed value for a truncated ref', async () => {
    at.git('pack-refs', '--all');
    await at.commit({ kind: 'save', path: 'README.md', bytes: bytes('newer') });
    truncateSync(join(at.gitdir, 'refs/heads/main'), 0);
    await expect(tip()).rejects.toEqual(code('storage_unavailable'));
    await expect(at.commit({ kind: 'delete', path: 'README.md' })).rejects.toEqual(
      code('storage_unavailable'),
    );
  });

  it('creates object folders again that native git removed', async () => {
    at.git('repack', '-adq');
    expect(readdirSync(join(at.gitdir, 'objects')).sort()).toEqual(['info', 'pack']);
    await at.commit({ kind: 'save', path: 'README.md', bytes: bytes('after the repack') });
    expect(await text('README.md')).toBe('after the repack');
    at.fsck();
  });

  it('shows nothing of a commit when a file cannot be renamed to its final path', async () => {
    rmSync(join(at.gitdir, 'gateway-tmp'), { recursive: true });
    writeFileSync(join(at.gitdir, 'gateway-tmp'), 'in the way');
    const save = () => at.commit({ kind: 'save', path: 'README.md', bytes: bytes('not saved') });
    await expect(save()).rejects.toEqual(code('storage_unavailable'));
    expect(await text('README.md')).toBe('# Hello\n');
    rmSync(join(at.gitdir, 'gateway-tmp'));
    mkdirSync(join(at.gitdir, 'gateway-tmp'));
    await save();
    expect(readdirSync(join(at.gitdir, 'gateway-tmp'))).toEqual([]);
  });
});

function executableCommit(): string {
  const blob = at.git('rev-parse', 'main:README.md');
  const listing = `${at.git('ls-tree', 'main')}\n100755 blob ${blob}\trun.sh\n`;
  const tree = at.gitWithInput(listing, 'mktree');
  return at.git('commit-tree', '-m', 'x', '-p', 'main', tree);
}
