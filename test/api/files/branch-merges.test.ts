import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { makeUser } from '../../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const git = (...args: string[]) =>
  execFileSync('git', ['-C', join(at.dataDir, 'repositories', `${demo.repositoryId}.git`), ...args], {
    encoding: 'utf8',
  }).trim();
const inRepository = `/repositories/${demo.repositoryId}`;
const inWorkspace = `/workspaces/${demo.workspaceId}`;
const branch = (name: string, from = 'main') =>
  at.rest('POST', `${inRepository}/branches`, { body: { name, from } });
const commit = async (on: string, ...changes: object[]) => {
  const answer = await at.rest('POST', `${inWorkspace}/commits`, { body: { branch: on, changes } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.commit_sha as string;
};
const merge = (body: object, options: { token?: string } = {}) =>
  at.rest('POST', `${inRepository}/merges`, { body, ...options });
const read = async (path: string, ref: string) =>
  (await at.rest('GET', `${inWorkspace}/authoring-file?${new URLSearchParams({ path, ref })}`)).body;
const cells = ['a', 'b', 'c'].map((id) => codeCell(id, `${id} = 1`));
const withSource = (index: number, source: string) =>
  codeNotebook(cells.with(index, { ...cells[index]!, source }));
const text = 'one\ntwo\nthree\nfour\nfive\n';

/** Two branches that begin at the same commit, with a notebook and a text file. */
async function twoBranches(name: string) {
  const [target, source] = [`${name}/target`, `${name}/source`];
  await branch(target);
  await commit(
    target,
    { create: { path: 'book.ipynb', notebook: codeNotebook(cells) } },
    { create: { path: 'text.txt', content: text } },
  );
  await branch(source, target);
  return { target, source };
}

describe('a merge of branches', () => {
  it('moves the target forward where it has nothing of its own', async () => {
    const { target, source } = await twoBranches('forward');
    const tip = await commit(source, { create: { path: 'new.txt', content: 'x' } });
    const answer = await merge({ source, target });
    expect(answer).toMatchObject({
      status: 201,
      body: { commit_sha: tip, changed: true, is_fast_forward: true },
    });
    expect(await merge({ source, target })).toMatchObject({
      status: 200,
      body: { commit_sha: tip, parent_sha: tip, changed: false },
    });
  });

  it('makes a commit with two parents on demand', async () => {
    const { target, source } = await twoBranches('commit');
    const theirs = await commit(source, { create: { path: 'new.txt', content: 'x' } });
    const ours = git('rev-parse', target);
    const { status, body } = await merge({ source, target, fast_forward: false, commit_message: 'Join' });
    expect([status, body.parent_sha, body.is_fast_forward]).toEqual([201, ours, false]);
    expect(git('log', '-1', '--format=%P|%s|%ae', body.commit_sha)).toBe(
      `${ours} ${theirs}|Join|admin@localhost`,
    );
  });

  it('merges notebooks by cells and texts by lines, and takes over what one side alone changed', async () => {
    const { target, source } = await twoBranches('cells');
    await commit(
      target,
      { save: { path: 'book.ipynb', notebook: withSource(0, 'a = 2') } },
      { save: { path: 'text.txt', content: text.replace('one', '1') } },
      { create: { path: 'lib/ours.txt', content: 'ours' } },
    );
    await commit(
      source,
      { save: { path: 'book.ipynb', notebook: withSource(2, 'c = 3') } },
      { save: { path: 'text.txt', content: text.replace('five', '5') } },
      { create: { path: 'lib/theirs.txt', content: 'theirs' } },
      { delete: { path: 'README.md' } },
    );
    const { status, body } = await merge({ source, target });
    expect(status).toBe(201);
    const book = await read('book.ipynb', target);
    expect(book.notebook.cells.map((one: any) => one.source)).toEqual(['a = 2', 'b = 1', 'c = 3']);
    expect((await read('text.txt', target)).content).toBe('1\ntwo\nthree\nfour\n5\n');
    const files = await at.rest('GET', `${inWorkspace}/files?kind=all&ref=${target}`);
    const paths = files.body.items.map((one: any) => one.path);
    expect(paths).toEqual(expect.arrayContaining(['lib/ours.txt', 'lib/theirs.txt']));
    expect(paths).not.toContain('README.md');
    const versions = await at.rest('GET', `/documents/${book.notebook_id}/versions?branch=${target}`);
    expect(versions.body.items[0].commit_sha).toBe(body.commit_sha);
    expect(git('fsck', '--strict')).toBe('');
  });

  it('takes over symlinks, modes and folders as git does', async () => {
    const { target, source } = await twoBranches('modes');
    await commit(target, { create: { path: 'lib/ours.txt', content: 'ours' } });
    const blob = git('rev-parse', `${source}:text.txt`);
    const tree = git('ls-tree', source)
      .replace(/100644 blob (\w+)\ttext.txt/, '100755 blob $1\ttext.txt')
      .concat(`\n120000 blob ${blob}\tlink`);
    const made = execFileSync(
      'git',
      ['-C', join(at.dataDir, 'repositories', `${demo.repositoryId}.git`), 'mktree'],
      { input: `${tree}\n`, encoding: 'utf8' },
    ).trim();
    const tip = git('rev-parse', source);
    const identity = ['-c', 'user.name=x', '-c', 'user.email=x@example.org'];
    git('update-ref', `refs/heads/${source}`, git(...identity, 'commit-tree', made, '-p', tip, '-m', 'Link'));
    expect((await merge({ source, target })).status).toBe(201);
    expect(git('ls-tree', target, 'link')).toMatch(/^120000/);
    expect(git('ls-tree', target, 'text.txt')).toMatch(/^100755/);
    expect(git('ls-tree', '-r', '--name-only', target)).toContain('lib/ours.txt');
  });

  it('names files and cells that both changed, and writes nothing', async () => {
    const { target, source } = await twoBranches('conflict');
    const change = (word: string) => [
      { save: { path: 'book.ipynb', notebook: withSource(1, `b = '${word}'`) } },
      { save: { path: 'text.txt', content: text.replace('one', word) } },
      { create: { path: `both.txt`, content: word } },
    ];
    const ours = await commit(target, ...change('ours'), { delete: { path: 'README.md' } });
    await commit(source, ...change('theirs'), { save: { path: 'README.md', content: 'changed' } });
    const { status, body } = await merge({ source, target });
    expect([status, body.code]).toEqual([409, 'merge_conflict']);
    expect(body.files.toSorted((a: any, b: any) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: 'README.md', reason: 'deleted', cells: [] },
      {
        path: 'book.ipynb',
        reason: 'content',
        cells: [{ cell_id: 'b', base_index: 1, ours_index: 1, theirs_index: 1, part: 'source', path: [] }],
      },
      { path: 'both.txt', reason: 'both_added', cells: [] },
      { path: 'text.txt', reason: 'content', cells: [] },
    ]);
    expect(git('rev-parse', target)).toBe(ours);
  });

  it('of branches that were merged crosswise keeps what each side decided', async () => {
    const { target, source } = await twoBranches('cross');
    const ours = await commit(target, { save: { path: 'text.txt', content: text.replace('one', '1') } });
    const theirs = await commit(source, { create: { path: 'new.txt', content: 'x' } });
    for (const [name, other] of [
      [target, theirs],
      [source, ours],
    ] as const) {
      await branch(`${name}-old`, other);
      expect((await merge({ source: `${name}-old`, target: name, fast_forward: false })).status).toBe(201);
    }
    await commit(source, { save: { path: 'new.txt', content: 'y' } });
    expect(git('merge-base', '--all', target, source).split('\n')).toHaveLength(2);
    expect((await merge({ source, target })).status).toBe(201);
    expect([(await read('text.txt', target)).content, (await read('new.txt', target)).content]).toEqual([
      text.replace('one', '1'),
      'y',
    ]);
  });

  it('loses no save that comes meanwhile', async () => {
    const { target, source } = await twoBranches('meanwhile');
    await commit(source, { create: { path: 'new.txt', content: 'x' } });
    await commit(target, { create: { path: 'first.txt', content: 'x' } });
    const [merged] = await Promise.all([
      merge({ source, target }),
      ...Array.from({ length: 5 }, (_, n) =>
        commit(target, { create: { path: `save-${n}.txt`, content: 'x' } }),
      ),
    ]);
    expect(merged.status).toBe(201);
    const names = git('ls-tree', '--name-only', target).split('\n');
    expect(names).toEqual(
      expect.arrayContaining(['new.txt', 'first.txt', ...[0, 1, 2, 3, 4].map((n) => `save-${n}.txt`)]),
    );
  });
});

describe('a merge of a notebook that one branch renamed', () => {
  const rename = { rename: { path: 'book.ipynb', new_path: 'in/renamed.ipynb' } };
  const change = { save: { path: 'book.ipynb', notebook: withSource(2, 'c = 3') } };
  const sources = (book: any) => book.notebook.cells.map((one: any) => one.source);

  it.each([
    ['the target', [rename], [change]],
    ['the source', [change], [rename]],
  ])(
    'has the cells that both changed at the path of %s, with its id and versions',
    async (name, ours, theirs) => {
      const { target, source } = await twoBranches(`renamed-${name.slice(4)}`);
      const { notebook_id } = await read('book.ipynb', target);
      expect((await read('book.ipynb', source)).notebook_id).toBe(notebook_id);
      await commit(target, ...ours);
      await commit(source, ...theirs);
      const on = name === 'the target' ? target : source;
      await commit(on, { save: { path: 'in/renamed.ipynb', notebook: withSource(0, 'a = 2') } });
      const { status, body } = await merge({ source, target });
      expect([status, body]).toMatchObject([201, { changed: true }]);
      const book = await read('in/renamed.ipynb', target);
      expect([book.notebook_id, sources(book)]).toEqual([notebook_id, ['a = 2', 'b = 1', 'c = 3']]);
      expect((await read('book.ipynb', target)).code).toBe('not_found');
      const versions = await at.rest('GET', `/documents/${notebook_id}/versions?branch=${target}`);
      expect(versions.body.items[0]).toMatchObject({ path: 'in/renamed.ipynb', commit_sha: body.commit_sha });
      expect(versions.body.items.map((one: any) => one.path)).toContain('book.ipynb');
      expect(git('fsck', '--strict', '--no-dangling')).toBe('');
    },
  );

  it('finds the rename of a push by the content', async () => {
    const { target, source } = await twoBranches('renamed-outside');
    const { notebook_id } = await read('book.ipynb', target);
    const tree = git('ls-tree', source).replace('book.ipynb', 'moved.ipynb');
    const made = execFileSync(
      'git',
      ['-C', join(at.dataDir, 'repositories', `${demo.repositoryId}.git`), 'mktree'],
      { input: `${tree}\n`, encoding: 'utf8' },
    ).trim();
    const identity = ['-c', 'user.name=x', '-c', 'user.email=x@example.org'];
    git(
      'update-ref',
      `refs/heads/${source}`,
      git(...identity, 'commit-tree', made, '-p', git('rev-parse', source), '-m', 'Move'),
    );
    await commit(target, change);
    expect((await merge({ source, target })).status).toBe(201);
    const book = await read('moved.ipynb', target);
    expect([book.notebook_id, sources(book)]).toEqual([notebook_id, ['a = 1', 'b = 1', 'c = 3']]);
  });

  it('keeps the id apart from that of a new notebook at the old path', async () => {
    const { target, source } = await twoBranches('renamed-new');
    const { notebook_id } = await read('book.ipynb', target);
    await commit(source, rename, {
      create: { path: 'book.ipynb', notebook: codeNotebook([codeCell('n', 'n')]) },
    });
    await commit(target, change);
    expect((await merge({ source, target })).status).toBe(201);
    const [renamed, created] = [await read('in/renamed.ipynb', target), await read('book.ipynb', target)];
    expect([sources(renamed), sources(created)]).toEqual([['a = 1', 'b = 1', 'c = 3'], ['n']]);
    expect(renamed.notebook_id).toBe(notebook_id);
    expect([null, undefined, notebook_id]).not.toContain(created.notebook_id);
  });

  it('is refused with all paths where the branches renamed it differently, or one deleted it', async () => {
    const { target, source } = await twoBranches('renamed-conflict');
    await commit(target, rename, { rename: { path: 'text.txt', new_path: 'ours.txt' } });
    const tip = await commit(
      source,
      { delete: { path: 'book.ipynb' } },
      {
        rename: { path: 'text.txt', new_path: 'theirs.txt' },
      },
    );
    const { status, body } = await merge({ source, target });
    expect([status, body.code]).toEqual([409, 'merge_conflict']);
    expect(body.files).toEqual([
      {
        path: 'in/renamed.ipynb',
        reason: 'deleted',
        renamed: { base: 'book.ipynb', ours: 'in/renamed.ipynb', theirs: null },
        cells: [],
      },
      {
        path: 'text.txt',
        reason: 'renamed',
        renamed: { base: 'text.txt', ours: 'ours.txt', theirs: 'theirs.txt' },
        cells: [],
      },
    ]);
    expect(git('rev-parse', source)).toBe(tip);
  });
});

it('a merge that begins again counts the size of its files anew', async () => {
  const { target, source } = await twoBranches('again');
  const long = 'x'.repeat(20_000);
  for (const on of [target, source])
    await commit(on, { save: { path: 'text.txt', content: `${on}${text}${long}` } });
  // The branch moves while the file is merged, so the merge begins again.
  const bytes = Buffer.alloc(33 * 1024 * 1024, 'x');
  const merging = vi
    .spyOn(at.gateway.services.notebookThreads, 'mergeFiles')
    .mockImplementationOnce(async () => {
      await commit(target, { create: { path: 'meanwhile.txt', content: 'x' } });
      return { bytes };
    })
    .mockImplementation(async () => ({ bytes }));
  const { status } = await merge({ source, target });
  expect([status, merging.mock.calls.length]).toEqual([201, 2]);
  merging.mockRestore();
});

describe('a merge is refused', () => {
  it('for branches that are unknown, both together, and for unrelated histories', async () => {
    const answer = await merge({ source: 'none', target: 'neither' });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([
      { loc: ['body', 'source'], type: 'unknown' },
      { loc: ['body', 'target'], type: 'unknown' },
    ]);
    const identity = ['-c', 'user.name=x', '-c', 'user.email=x@example.org'];
    const root = git(...identity, 'commit-tree', git('rev-parse', 'main^{tree}'), '-m', 'Root');
    git('update-ref', 'refs/heads/orphan', root);
    expect((await merge({ source: 'orphan' })).body.errors).toMatchObject([{ type: 'unrelated' }]);
  });

  it('to those who may not edit, and on a protected branch', async () => {
    const [viewer, editor] = [await makeUser(at, { role: 'viewer' }), await makeUser(at, { role: 'editor' })];
    await at.gateway.services.prisma.protectedBranch.create({
      data: { repositoryId: demo.repositoryId, name: 'main' },
    });
    expect((await merge({ source: 'main' }, { token: viewer.token })).body.code).toBe('forbidden');
    expect((await merge({ source: 'main' }, { token: editor.token })).body.code).toBe('branch_protected');
  });

  it('once more with the same key is one merge', async () => {
    const { target, source } = await twoBranches('key');
    await commit(source, { create: { path: 'new.txt', content: 'x' } });
    const body = { source, target, fast_forward: false };
    const send = () =>
      at.rest('POST', `${inRepository}/merges`, { body, headers: { 'idempotency-key': 'merge-key' } });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
  });
});
