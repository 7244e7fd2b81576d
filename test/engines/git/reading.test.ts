import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytes, type GitFixture, gitFixture, nativeGit, someone } from './git-fixture.js';

let at: GitFixture;
beforeEach(async () => {
  at = await gitFixture({ 'README.md': '# Hello\n', 'a/b.txt': 'b' });
});
afterEach(() => at.remove());

const code = (code: string) => expect.objectContaining({ name: 'DomainError', code });

/** Commits a root tree of this `git mktree` listing to `main`, as a push from outside could. */
function pushTree(listing: string): string {
  const tree = at.gitWithInput(listing, 'mktree');
  const commit = at.git('commit-tree', '-m', 'outside', '-p', 'main', tree);
  at.git('update-ref', 'refs/heads/main', commit);
  return commit;
}

describe('a ref', () => {
  it('is resolved as a branch, then as a tag, then as a full commit sha', async () => {
    at.git('tag', 'light');
    at.git('tag', 'main', 'main');
    const { commitOid } = await at.commit({ kind: 'delete', path: 'README.md' });
    nativeGit(['--git-dir', at.gitdir, 'tag', '-a', '-m', 'note', 'v1', commitOid]);
    nativeGit(['--git-dir', at.gitdir, 'tag', '-a', '-m', 'nested', 'v2', 'v1']);
    const resolveRef = (ref: string) => at.repository.resolveRef(ref);
    expect(await resolveRef('main')).toEqual({ kind: 'branch', name: 'main', commitOid });
    expect(await resolveRef('light')).toEqual({ kind: 'tag', name: 'light', commitOid: at.firstCommit });
    expect(await resolveRef('v2')).toEqual({ kind: 'tag', name: 'v2', commitOid });
    expect(await resolveRef(commitOid)).toEqual({ kind: 'commit', name: commitOid, commitOid });
    for (const given of [commitOid.toUpperCase(), commitOid.slice(0, 20).toUpperCase()])
      expect(await resolveRef(given)).toEqual({ kind: 'commit', name: commitOid, commitOid });
    at.git('pack-refs', '--all');
    expect(await resolveRef('v2')).toEqual({ kind: 'tag', name: 'v2', commitOid });
    expect(await resolveRef('main')).toEqual({ kind: 'branch', name: 'main', commitOid });
  });

  it.each([
    ['invalid_ref', '../secret'],
    ['invalid_ref', '../../../../etc/passwd'],
    ['invalid_ref', 'main~1'],
    ['invalid_ref', 'main@{1}'],
    ['invalid_ref', 'HEAD'],
    ['invalid_ref', '-x'],
    ['invalid_ref', 'main\0'],
    ['invalid_ref', 'x'.repeat(201)],
    ['not_found', 'none'],
    ['not_found', 'main/x'],
    ['not_found', 'refs/heads/none'],
    ['not_found', 'refs/notes/main'],
    ['not_found', '1'.repeat(40)],
  ])('answers %s for %j', async (expected, ref) => {
    await expect(at.repository.resolveRef(ref)).rejects.toEqual(code(expected));
  });

  it('is refused when it is a blob or a tag of one', async () => {
    const blob = at.git('rev-parse', 'main:README.md');
    at.git('tag', 'blob', blob);
    await expect(at.repository.resolveRef(blob)).rejects.toEqual(code('not_found'));
    await expect(at.repository.resolveRef('blob')).rejects.toEqual(code('not_found'));
    await expect(at.repository.readCommit(blob)).rejects.toEqual(code('not_found'));
  });
});

describe('branches', () => {
  it('are named by their full names too, unless a branch has that whole name', async () => {
    const { repository } = at;
    const nameOf = (given: string) => repository.nameOfBranch(given);
    for (const given of ['main', 'refs/heads/main', 'heads/main']) expect(await nameOf(given)).toBe('main');
    expect([await nameOf('none'), await nameOf('refs/heads/none')]).toEqual(['none', 'none']);
    for (const given of ['heads/none', 'refs/heads/HEAD', 'refs/heads', 'refs/tags/main', 'x/heads/main'])
      expect(await nameOf(given)).toBe(given);
    for (const given of ['refs/heads/main', 'heads/main']) {
      at.git('update-ref', `refs/heads/${given}`, 'main');
      expect(await nameOf(given)).toBe(given);
    }
    expect(await nameOf('refs/heads/heads/main')).toBe('heads/main');
  });

  it('can be created, listed and deleted, loose and packed', async () => {
    const { repository } = at;
    await repository.createBranch('team/one', at.firstCommit);
    at.git('pack-refs', '--all');
    await repository.createBranch('team/two', at.firstCommit);
    const names = async () => (await repository.branches()).map(({ name }) => name);
    expect(await names()).toEqual(['main', 'team/one', 'team/two']);
    await repository.deleteBranch('team/one');
    await repository.deleteBranch('team/two');
    expect(await names()).toEqual(['main']);
    expect(at.git('branch', '--list', '--format=%(refname:short)')).toBe('main');
    await repository.createBranch('team', at.firstCommit);
    expect(at.git('rev-parse', 'team')).toBe(at.firstCommit);
    at.fsck();
  });

  it('are refused twice, beside a conflicting name, and at an object that is no commit', async () => {
    const { repository } = at;
    await repository.createBranch('a/b', at.firstCommit);
    for (const name of ['a/b', 'a', 'a/b/c', 'main', 'main/x']) {
      await expect(repository.createBranch(name, at.firstCommit)).rejects.toEqual(code('already_exists'));
    }
    await expect(repository.createBranch('x', '2'.repeat(40))).rejects.toEqual(code('not_found'));
    await expect(repository.createBranch('x y', at.firstCommit)).rejects.toEqual(code('invalid_ref'));
    await expect(repository.deleteBranch('x')).rejects.toEqual(code('not_found'));
  });

  it('are created only at commits that a ref reaches', async () => {
    const { repository } = at;
    const child = (parent: string, text: string) =>
      at.git('commit-tree', `${parent}^{tree}`, '-p', parent, '-m', text);
    const loose = child(at.firstCommit, 'loose');
    const tip = child(loose, 'tip');
    for (const oid of [loose, tip])
      await expect(repository.createBranch('b', oid)).rejects.toEqual(code('not_found'));
    at.git('tag', '-m', 'annotated', 'v1', tip);
    at.git('tag', 'tree', 'main^{tree}');
    await repository.createBranch('below-a-tag', loose);
    await repository.createBranch('of-a-tag', tip);
    const replaced = child(at.firstCommit, 'replaced');
    at.git('update-ref', `refs/gateway/replaced/x/${replaced}`, replaced);
    await repository.createBranch('replaced', replaced);
    await repository.createBranch('first', at.firstCommit);
    at.fsck();
  });

  it('of the same name created at the same time leave one', async () => {
    const made = await Promise.allSettled(
      Array.from({ length: 5 }, () => at.repository.createBranch('race', at.firstCommit)),
    );
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('with a pushed name that this API refuses are left out', async () => {
    at.git('update-ref', `refs/heads/${'x'.repeat(220)}`, 'main');
    expect((await at.repository.branches()).map(({ name }) => name)).toEqual(['main']);
  });
});

describe('files', () => {
  it('can be read at any commit, with their size', async () => {
    await at.commit({ kind: 'save', path: 'README.md', bytes: bytes('later') });
    const file = await at.repository.readFile(at.firstCommit, 'README.md');
    expect(file).toMatchObject({ oid: at.git('rev-parse', `${at.firstCommit}:README.md`), size: 8 });
    expect(file?.bytes.toString()).toBe('# Hello\n');
    expect(await at.repository.blobSize(file!.oid)).toBe(8);
    expect(await at.repository.readFile(at.firstCommit, 'none/x')).toBeNull();
    expect(await at.repository.readFile(at.firstCommit, 'README.md/x')).toBeNull();
    await expect(at.repository.readFile(at.firstCommit, 'a')).rejects.toEqual(code('invalid_path'));
    await expect(at.repository.readFile('3'.repeat(40), 'a')).rejects.toEqual(code('not_found'));
  });

  it('are the same loose, packed, and after each repack', async () => {
    for (let round = 0; round < 3; round++) {
      const content = bytes(`${'line\n'.repeat(20_000)}${round}`);
      const { commitOid, files } = await at.commit({ kind: 'save', path: 'README.md', bytes: content });
      at.git('repack', '-adq');
      const fresh = await at.store.repository(at.id);
      expect(Buffer.compare((await fresh.readFile(commitOid, 'README.md'))!.bytes, content)).toBe(0);
      expect((await fresh.readFile(at.firstCommit, 'README.md'))?.size).toBe(8);
      expect(await fresh.blobSize(files[0]!.oid)).toBe(content.length);
    }
  });

  it('that are symlinks or submodules are neither read, listed, nor followed', async () => {
    const blob = at.gitWithInput('/etc/passwd', 'hash-object', '-w', '--stdin');
    const commit = pushTree(
      `120000 blob ${blob}\tlink\n160000 commit ${at.firstCommit}\tmodule\n100644 blob ${blob}\tplain\n`,
    );
    const { repository } = at;
    for (const path of ['link', 'module', 'link/x', 'module/x']) {
      expect(await repository.readFile(commit, path)).toBeNull();
      await expect(at.commit({ kind: 'save', path, bytes: bytes('x') })).rejects.toEqual(code('not_found'));
    }
    expect(await repository.listFiles(commit)).toEqual([{ path: 'plain', oid: blob }]);
    await expect(at.commit({ kind: 'create', path: 'link', bytes: bytes('x') })).rejects.toEqual(
      code('file_exists'),
    );
    await expect(at.commit({ kind: 'create', path: 'link/x', bytes: bytes('x') })).rejects.toEqual(
      code('invalid_path'),
    );
  });

  it('with unusual names from pushes are served, except names that would leave a checkout', async () => {
    const blob = at.git('rev-parse', 'main:README.md');
    const entry = (name: Buffer | string) =>
      Buffer.concat([bytes('100644 '), Buffer.from(name), bytes('\0'), Buffer.from(blob, 'hex')]);
    const names = ['..', '.GIT', 'CON.txt', 'a/b', 'a:b', 'a\\b', Buffer.from([0x66, 0xff]), 'fine'];
    const raw = Buffer.concat(names.map(entry));
    const hash = ['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'];
    const tree = execFileSync('git', ['--git-dir', at.gitdir, ...hash], {
      input: raw,
      encoding: 'utf8',
    }).trim();
    const commit = at.git('commit-tree', '-m', 'hostile', tree);
    const listed = (await at.repository.listFiles(commit)).map(({ path }) => path);
    expect(listed).toEqual(['CON.txt', 'a:b', 'a\\b', 'fine']);
    for (const path of listed) expect((await at.repository.readFile(commit, path))?.oid).toBe(blob);
  });

  it('beyond the limit of a list are refused', async () => {
    const blob = at.git('rev-parse', 'main:README.md');
    const ten = (mode: string, oid: string) =>
      Array.from(
        { length: 10 },
        (_, n) => `${mode} ${mode === '040000' ? 'tree' : 'blob'} ${oid}\t${n}\n`,
      ).join('');
    let tree = at.gitWithInput(ten('100644', blob), 'mktree');
    for (let level = 0; level < 8; level++) tree = at.gitWithInput(ten('040000', tree), 'mktree');
    const commit = at.git('commit-tree', '-m', 'bomb', '-p', 'main', tree);
    await expect(at.repository.listFiles(commit)).rejects.toEqual(code('payload_too_large'));
    const history = at.repository.history(at.firstCommit, commit)[Symbol.asyncIterator]();
    await expect(history.next()).rejects.toEqual(code('payload_too_large'));
  }, 60_000);
});

it('reads a commit, also one whose author another tool wrote malformed', async () => {
  const { repository } = at;
  expect(await repository.readCommit(at.firstCommit)).toMatchObject({
    oid: at.firstCommit,
    treeOid: at.git('rev-parse', 'main^{tree}'),
    parents: [],
    author: { ...someone, date: new Date(Number(at.git('log', '-1', '--format=%at')) * 1000) },
    message: 'Initial commit\n',
  });
  const raw = `tree ${at.git('rev-parse', 'main^{tree}')}\nauthor nobody\ncommitter C <c@x> 1700000000 +0200\n\nm`;
  const oid = at.gitWithInput(raw, 'hash-object', '-w', '-t', 'commit', '--literally', '--stdin');
  expect(await repository.readCommit(oid)).toMatchObject({
    author: { name: 'nobody', email: '', date: new Date(0) },
    committer: { name: 'C', email: 'c@x', date: new Date(1_700_000_000_000) },
  });
});

it.each([
  ['253402300800 +0000', '9999-12-31T23:59:59.000Z'],
  ['999999999999 +0000', '9999-12-31T23:59:59.000Z'],
  [`${'9'.repeat(400)} +0000`, '9999-12-31T23:59:59.000Z'],
  ['-1 +0000', '1970-01-01T00:00:00.000Z'],
  ['-99999999999 +0000', '1970-01-01T00:00:00.000Z'],
  ['1700000000 never', '2023-11-14T22:13:20.000Z'],
  ['1700000000+9999', '2023-11-14T22:13:20.000Z'],
  ['1700000000', '2023-11-14T22:13:20.000Z'],
  ['yesterday', '1970-01-01T00:00:00.000Z'],
  ['', '1970-01-01T00:00:00.000Z'],
])('reads the time "%s" of a commit as a valid date', async (time, date) => {
  const tree = at.git('rev-parse', 'main^{tree}');
  const raw = `tree ${tree}\nauthor A <a@x> ${time}\ncommitter C <c@x> ${time}\n\nm`;
  const oid = at.gitWithInput(raw, 'hash-object', '-w', '-t', 'commit', '--literally', '--stdin');
  expect(await at.repository.readCommit(oid)).toMatchObject({
    author: { name: 'A', email: 'a@x', date: new Date(date) },
    committer: { name: 'C', email: 'c@x', date: new Date(date) },
  });
});

it('reads a commit that names neither author nor committer', async () => {
  const raw = `tree ${at.git('rev-parse', 'main^{tree}')}\n\nm`;
  const oid = at.gitWithInput(raw, 'hash-object', '-w', '-t', 'commit', '--literally', '--stdin');
  const nobody = { name: '', email: '', date: new Date(0) };
  expect(await at.repository.readCommit(oid)).toMatchObject({ author: nobody, committer: nobody });
});
