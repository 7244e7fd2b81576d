import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
let clone: string;
beforeAll(async () => {
  at = await openTestGateway();
  clone = await mkdtemp(join(tmpdir(), 'versions-'));
  const gitdir = join(at.dataDir, 'repositories', `${demo.repositoryId}.git`);
  execFileSync('git', ['clone', '-q', gitdir, clone]);
});
afterAll(async () => {
  await at.close();
  await rm(clone, { recursive: true, force: true });
});

const identity = ['-c', 'user.name=Out', '-c', 'user.email=out@example.com'];
const git = (...args: string[]) =>
  execFileSync('git', ['-C', clone, ...identity, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
const notebook = (source: string) => ({
  cells: [{ id: 'a', cell_type: 'markdown', metadata: {}, source }],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});
const base = `/workspaces/${demo.workspaceId}`;
const create = async (path: string) =>
  (await at.rest('POST', `${base}/files`, { body: { path, notebook: notebook('first') } })).body;
const read = async (path: string, ref = 'main') =>
  (await at.rest('GET', `${base}/file?path=${path}&ref=${ref}`)).body;
const versions = async (id: string, branch = 'main') =>
  (await at.rest('GET', `/documents/${id}/versions?branch=${branch}`)).body.items as {
    id: string;
    path: string;
    sha: string;
    commit_sha: string;
  }[];
const write = (path: string, source: string) =>
  writeFile(join(clone, path), `${JSON.stringify(notebook(source))}\n`);
const commit = async (path: string, source: string) => {
  await write(path, source);
  git('add', '-A');
  git('commit', '-qm', source);
  return git('rev-parse', 'HEAD');
};
/** Commits at a time of its own, in seconds; the older of two sides of a merge is imported first. */
const commitAt = (time: number, ...args: string[]) => {
  const env = { ...process.env, GIT_COMMITTER_DATE: `@${time} +0000` };
  execFileSync('git', ['-C', clone, ...identity, 'commit', '-q', ...args], { env });
  return git('rev-parse', 'HEAD');
};
const now = () => Math.floor(Date.now() / 1000);

it('of saves and of native pushes are newest first, and each can be read', async () => {
  const made = await create('pushes.ipynb');
  git('pull', '-q');
  const pushed = await commit('pushes.ipynb', 'pushed');
  git('push', '-q', 'origin', 'HEAD:main');
  const saved = await at.rest('PUT', `${base}/file`, {
    body: { path: 'pushes.ipynb', notebook: notebook('saved') },
  });
  const list = await versions(made.notebook_id);
  expect(list.map((version) => version.commit_sha)).toEqual([saved.body.commit_sha, pushed, made.commit_sha]);
  for (const version of list) {
    expect(await read('pushes.ipynb', version.commit_sha)).toMatchObject({
      sha: version.sha,
      commit_sha: version.commit_sha,
      notebook_id: made.notebook_id,
    });
  }
});

it('after a merge contain the commits of both sides, and the merge only if it changed the file', async () => {
  const made = await create('merged.ipynb');
  const other = await create('other.ipynb');
  git('pull', '-q');
  git('checkout', '-qb', 'side');
  const side = await commit('merged.ipynb', 'side');
  git('checkout', '-q', 'main');
  const main = await commit('other.ipynb', 'main');
  git('merge', '-q', '--no-ff', '-m', 'Merge', 'side');
  git('push', '-q', 'origin', 'main');
  expect((await versions(made.notebook_id)).map((version) => version.commit_sha)).toEqual([
    side,
    made.commit_sha,
  ]);
  expect((await versions(other.notebook_id)).map((version) => version.commit_sha)).toEqual([
    main,
    other.commit_sha,
  ]);
  expect((await read('merged.ipynb')).commit_sha).toBe(side);
});

it('after a force push are those of the new history, and the remaining ones keep their ids', async () => {
  const made = await create('forced.ipynb');
  git('pull', '-q');
  const before = (await versions(made.notebook_id))[0]!;
  const gone = await commit('forced.ipynb', 'gone');
  git('push', '-q', 'origin', 'main');
  expect((await versions(made.notebook_id))[0]!.commit_sha).toBe(gone);
  git('reset', '-q', '--hard', 'HEAD~1');
  const instead = await commit('forced.ipynb', 'instead');
  git('push', '-q', '--force', 'origin', 'main');
  const list = await versions(made.notebook_id);
  expect(list.map((version) => version.commit_sha)).toEqual([instead, made.commit_sha]);
  expect(list[1]!.id).toBe(before.id);
  expect((await read('forced.ipynb')).notebook_id).toBe(made.notebook_id);
});

it('follow a pushed rename, and another branch has the same notebook id', async () => {
  const made = await create('old.ipynb');
  git('pull', '-q');
  git('mv', 'old.ipynb', 'new.ipynb');
  git('commit', '-qm', 'Rename');
  git('push', '-q', 'origin', 'main');
  git('push', '-q', 'origin', 'main:refs/heads/other');
  expect((await versions(made.notebook_id)).map((version) => version.path)).toEqual([
    'new.ipynb',
    'old.ipynb',
  ]);
  expect((await read('new.ipynb', 'other')).notebook_id).toBe(made.notebook_id);
  expect(await versions(made.notebook_id, 'other')).toHaveLength(2);
  expect((await at.rest('GET', `/documents/${made.notebook_id}/versions?branch=nope`)).status).toBe(404);
});

it('are not needed for the notebook id at a tag that is on no branch', async () => {
  const made = await create('tagged.ipynb');
  git('pull', '-q');
  await commit('tagged.ipynb', 'on main');
  // Not looked at on its branch yet.
  git('tag', 'inside');
  git('push', '-q', 'origin', 'main', 'inside');
  expect((await read('tagged.ipynb', 'inside')).notebook_id).toBe(made.notebook_id);
  await commit('tagged.ipynb', 'outside');
  const outside = await commit('only-outside.ipynb', 'outside');
  git('tag', 'outside');
  git('push', '-q', 'origin', 'outside');
  git('reset', '-q', '--hard', 'inside');
  const ids = [
    ['only-outside.ipynb', null],
    ['tagged.ipynb', made.notebook_id],
  ];
  for (const ref of ['outside', outside]) {
    const { body } = await at.rest('GET', `${base}/files?ref=${ref}`);
    const files: { path: string; notebook_id: string | null }[] = body.items;
    expect(
      files
        .filter(({ path }) => ids.some(([one]) => one === path))
        .map((file) => [file.path, file.notebook_id]),
    ).toEqual(ids);
    for (const [path, id] of ids) expect((await read(path!, ref)).notebook_id).toBe(id);
  }
});

it('are newest first also after a merge that adds older ones', async () => {
  const made = await create('late.ipynb');
  git('pull', '-q');
  const start = now();
  git('checkout', '-qB', 'late');
  await write('late.ipynb', 'first');
  const late = [commitAt(start + 10, '-am', 'first')];
  await write('late.ipynb', 'third');
  late.push(commitAt(start + 30, '-am', 'third'));
  git('checkout', '-q', 'main');
  await write('late.ipynb', 'second');
  const second = commitAt(start + 20, '-am', 'second');
  git('push', '-q', 'origin', 'main');
  expect((await versions(made.notebook_id))[0]!.commit_sha).toBe(second);
  git('merge', '-q', '-s', 'ours', '-m', 'Merge', 'late');
  git('push', '-q', 'origin', 'main');
  const expected = [late[1], second, late[0], made.commit_sha];
  const list = await versions(made.notebook_id);
  expect(list.map((version) => version.commit_sha)).toEqual(expected);
  let after = '';
  for (const oid of expected) {
    const { data } = await at.graphql(`{ space(slug: "demo") { document(id: "${made.notebook_id}") {
      versions(first: 1${after}) { edges { cursor node { commitSha } } } } } }`);
    const [{ cursor, node }] = data.space.document.versions.edges;
    expect(node.commitSha).toBe(oid);
    after = `, after: "${cursor}"`;
  }
});

it('are never sorted before their ancestors, whatever the commit dates are', async () => {
  const made = await create('skewed.ipynb');
  git('pull', '-q');
  const expected = [made.commit_sha];
  for (const [text, time] of [
    ['tomorrow', now() + 86_400],
    ['yesterday', now() - 86_400],
    ['the epoch', 0],
  ] as const) {
    await write('skewed.ipynb', text);
    expected.unshift(commitAt(time, '-am', text));
    // No version of any file is of this one.
    commitAt(time - 1 > 0 ? time - 1 : 0, '--allow-empty', '-m', 'Nothing');
    git('push', '-q', 'origin', 'main');
    expect((await versions(made.notebook_id)).map((version) => version.commit_sha)).toEqual(expected);
  }
  const saved = await at.rest('PUT', `${base}/file`, {
    body: { path: 'skewed.ipynb', notebook: notebook('saved') },
  });
  expected.unshift(saved.body.commit_sha);
  expect((await versions(made.notebook_id)).map((version) => version.commit_sha)).toEqual(expected);
  git('pull', '-q');
});

describe('a merge of a rename on one side with an edit on the other', () => {
  let count = 0;

  /** A notebook `old`, renamed to `moved` on the branch `renames` and edited on the branch `edits`. */
  async function apart(first: 'rename' | 'edit') {
    const [old, moved] = [`kept-${++count}.ipynb`, `moved-${count}.ipynb`];
    const made = await create(old);
    git('pull', '-q');
    git('checkout', '-qB', 'renames');
    git('mv', old, moved);
    commitAt(now() + (first === 'rename' ? 10 : 20), '-m', 'Rename');
    git('checkout', '-qB', 'edits', 'main');
    await write(old, 'edited');
    const edit = commitAt(now() + (first === 'rename' ? 20 : 10), '-am', 'Edit');
    return { id: made.notebook_id as string, old, moved, edit };
  }
  /** Merges so that both files exist, and pushes the result to `main`. */
  const mergeBoth = (from: 'renames' | 'edits', old: string, moved: string) => {
    git('merge', '-q', '-s', 'ours', '--no-commit', from === 'renames' ? 'edits' : 'renames');
    git('checkout', 'renames', '--', moved);
    git('checkout', 'edits', '--', old);
    commitAt(now() + 30, '-m', 'Keep both');
    git('branch', '-qf', 'main');
    git('checkout', '-q', 'main');
    git('push', '-q', 'origin', 'main');
  };

  it.each(['rename', 'edit'] as const)(
    'keeps all versions with one notebook id (the %s first)',
    async (first) => {
      const { id, old, moved, edit } = await apart(first);
      const rename = git('rev-parse', 'renames');
      git('checkout', '-q', 'main');
      git('merge', '-q', '--ff-only', 'renames');
      git('merge', '-q', '--no-ff', '-m', 'Merge', 'edits');
      git('push', '-q', 'origin', 'main');
      expect((await read(moved)).notebook_id).toBe(id);
      expect(new Set((await versions(id)).map((version) => version.commit_sha))).toEqual(
        new Set([git('rev-parse', 'HEAD'), rename, edit, git('merge-base', rename, edit)]),
      );
      const { fileVersion } = at.gateway.services.prisma;
      expect(await fileVersion.count({ where: { path: old, documentId: { not: id } } })).toBe(0);
      // The other way round the same, on a branch that knows the edit first.
      git('checkout', '-q', 'edits');
      git('push', '-q', 'origin', `edits:refs/heads/edited-${count}`);
      expect((await read(old, `edited-${count}`)).notebook_id).toBe(id);
      git('push', '-q', 'origin', `main:refs/heads/edited-${count}`);
      expect((await read(moved, `edited-${count}`)).notebook_id).toBe(id);
      expect(await versions(id, `edited-${count}`)).toHaveLength(4);
      git('checkout', '-q', 'main');
    },
  );

  it('that resolves two renames, the notebook has the id of the file that is kept', async () => {
    const { id, old, moved } = await apart('rename');
    git('checkout', '-q', 'edits');
    git('reset', '-q', '--hard', 'HEAD^');
    git('mv', old, `other-${moved}`);
    commitAt(now() + 20, '-m', 'Another rename');
    git('checkout', '-q', 'main');
    git('merge', '-q', '--ff-only', 'renames');
    git('push', '-q', 'origin', 'main');
    expect((await read(moved)).notebook_id).toBe(id);
    git('merge', '-q', '-s', 'ours', '--no-commit', 'edits');
    git('rm', '-q', moved);
    git('checkout', 'edits', '--', `other-${moved}`);
    commitAt(now() + 30, '-m', 'Theirs');
    git('push', '-q', 'origin', 'main');
    expect((await read(`other-${moved}`)).notebook_id).toBe(id);
  });

  it.each([
    ['renames', 'rename'],
    ['renames', 'edit'],
    ['edits', 'rename'],
    ['edits', 'edit'],
  ] as const)(
    'that keeps both files leaves the id on the branch with the %s (the %s first)',
    async (branch, first) => {
      const { id, old, moved, edit } = await apart(first);
      git('checkout', '-q', branch);
      git('push', '-q', 'origin', `${branch}:main`);
      const keeper = branch === 'renames' ? moved : old;
      expect((await read(keeper)).notebook_id).toBe(id);
      mergeBoth(branch, old, moved);
      const ids = [(await read(keeper)).notebook_id, (await read(keeper === old ? moved : old)).notebook_id];
      expect(ids).toEqual([id, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
      expect(ids[1]).not.toBe(id);
      expect((await versions(ids[1]!)).map(({ path }) => path)).toEqual([keeper === old ? moved : old]);
      expect((await read(old)).commit_sha).toBe(edit);
      // A branch that begins there has the same.
      git('push', '-q', 'origin', `main:refs/heads/like-${count}`);
      for (const path of [old, moved])
        expect((await read(path, `like-${count}`)).notebook_id).toBe((await read(path)).notebook_id);
    },
  );
});

it.each([
  ['253402300800', '9999-12-31T23:59:59.000Z'],
  ['999999999999', '9999-12-31T23:59:59.000Z'],
  ['-99999999999', '1970-01-01T00:00:00.000Z'],
])('and files of a commit with the date %s are answered', async (time, shown) => {
  const made = await create(`at${time}.ipynb`);
  git('pull', '-q');
  await write(`at${time}.ipynb`, time);
  git('add', '-A');
  const who = `Out <out@example.com> ${time} +0000`;
  const raw = `tree ${git('write-tree')}\nparent ${git('rev-parse', 'HEAD')}\nauthor ${who}\ncommitter ${who}\n\nm\n`;
  const command = ['hash-object', '-w', '-t', 'commit', '--literally', '--stdin'];
  const oid = execFileSync('git', ['-C', clone, ...command], { input: raw, encoding: 'utf8' }).trim();
  git('reset', '-q', '--hard', oid);
  git('push', '-q', 'origin', 'HEAD:main');
  for (const ref of ['main', oid]) {
    const { status, body } = await at.rest('GET', `${base}/files?ref=${ref}`);
    expect(status).toBe(200);
    const file = body.items.find(({ path }: { path: string }) => path === `at${time}.ipynb`);
    expect(file).toMatchObject({ last_commit_sha: oid, updated_at: shown });
  }
  const list = await at.rest('GET', `/documents/${made.notebook_id}/versions`);
  expect(list.status).toBe(200);
  expect(list.body.items.find((version: { commit_sha: string }) => version.commit_sha === oid)).toMatchObject(
    { created_at: shown },
  );
});
