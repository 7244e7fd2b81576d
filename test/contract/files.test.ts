import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { codeCell, codeNotebook } from '../support/factories/code-notebook.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { type GitClient, gitClient, gitUrl } from '../support/git-client.js';

let at: TestGateway;
let client: GitClient;
let repository: { id: string; name: string };
/** A workspace on the branch `dev` of a repository whose default branch is `trunk`. */
let workspaceId: string;
let base: string;
let inRepository: string;
beforeAll(async () => {
  at = await openTestGateway();
  client = await gitClient();
  repository = await makeRepository(at, { defaultBranch: 'trunk' });
  inRepository = `/repositories/${repository.id}`;
  for (const name of ['dev', 'other'])
    expect((await at.rest('POST', `${inRepository}/branches`, { body: { name } })).status).toBe(201);
  const settings = { defaultRepositoryId: repository.id, defaultBranch: 'dev' };
  ({ id: workspaceId } = await makeWorkspace(at, settings));
  base = `/workspaces/${workspaceId}`;
  await client.ok('clone', '-q', '-b', 'dev', gitUrl(at.url, at.token, `demo/${repository.name}`), 'clone');
});
afterAll(async () => {
  await at.close();
  await client.remove();
});

const sha = expect.stringMatching(/^[0-9a-f]{40}$/);
const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
const create = (path: string, more: object = {}) =>
  at.rest('POST', `${base}/authoring-files`, { body: { path, ...more } });
const save = (path: string, more: object) =>
  at.rest('PUT', `${base}/authoring-file`, { body: { path, ...more } });
const read = (path: string, query = '') => at.rest('GET', `${base}/authoring-file?path=${path}${query}`);
const rename = (path: string, new_path: string, more: object = {}) =>
  at.rest('POST', `${base}/authoring-file/rename`, { body: { path, new_path, ...more } });
const book = (text: string) => codeNotebook([codeCell('one', text)]);
/** The bytes of a file as Git has them. */
async function bytesOf(path: string, ref = 'dev'): Promise<string> {
  await client.ok('-C', 'clone', 'fetch', '-q');
  return (await client.bytes('', '-C', 'clone', 'show', `origin/${ref}:${path}`)).toString();
}
const tip = async (ref = 'dev') => {
  await client.ok('-C', 'clone', 'fetch', '-q');
  return client.ok('-C', 'clone', 'rev-parse', `origin/${ref}`);
};

describe('the fields of', () => {
  it('a notebook, a text file, an entry of the list, and a version are those of the contract', async () => {
    const common = {
      ...{ branch: 'dev', ref: 'dev', commit_sha: sha, sha, size: expect.any(Number) },
      ...{ repository_id: repository.id, workspace_id: workspaceId },
    };
    const made = await create('fields/a.ipynb', { notebook: book('1') });
    const { version, ...file } = made.body;
    const path = 'fields/a.ipynb';
    const notebook = { kind: 'notebook', path, ...common, notebook_id: uuid, notebook: book('1') };
    expect(file).toEqual(notebook);
    expect((await read(path)).body).toEqual(notebook);
    const { id: user_id, email, name } = (await at.graphql('{ me { id email name } }')).data.me;
    expect(version).toEqual({
      ...{ id: uuid, notebook_id: file.notebook_id, path, branch: 'dev', commit_sha: file.commit_sha },
      ...{ sha: file.sha, commit_message: `Create ${path}`, author: { user_id, name, email } },
      created_at: time,
    });
    const versions = await at.rest('GET', `/documents/${file.notebook_id}/versions?branch=dev`);
    expect(versions.body).toEqual({ items: [version], total: 1, page: 1, size: 20 });

    const text = await create('fields/b.py', { content: 'b = 1\n' });
    const plain = { kind: 'text', path: 'fields/b.py', ...common, notebook_id: null, content: 'b = 1\n' };
    const { version: ofText, ...written } = text.body;
    expect(written).toEqual(plain);
    expect(ofText).toMatchObject({ notebook_id: null, commit_message: 'Create fields/b.py' });
    const { items } = (await at.rest('GET', `${base}/files`)).body;
    const entry = items.find((one: { path: string }) => one.path === path);
    expect(entry).toEqual({
      ...{ path, name: 'a.ipynb', kind: 'notebook', size: file.size, sha: file.sha },
      ...{ notebook_id: file.notebook_id, last_commit_sha: file.commit_sha, updated_at: time },
    });
    expect(items.every(({ kind }: { kind: string }) => kind === 'notebook')).toBe(true);
    const all = (await at.rest('GET', `${base}/files?kind=all`)).body.items;
    expect(all).toContainEqual(
      expect.objectContaining({ path: 'fields/b.py', kind: 'text', notebook_id: null }),
    );
  });

  it('a link are those of the contract', async () => {
    const { notebook_id } = (await create('fields/linked.ipynb')).body;
    const body = { target_type: 'repository', target_id: demo.repositoryId };
    const made = await at.rest('POST', `/documents/${notebook_id}/links`, { body });
    const { id: created_by_user_id } = (await at.graphql('{ me { id } }')).data.me;
    expect([made.status, made.body]).toEqual([
      201,
      { id: uuid, notebook_id, ...body, target_name: 'welcome', created_by_user_id, created_at: time },
    ]);
  });
});

describe('a ref', () => {
  it('is the branch of the workspace where none is given, and of a repository its default branch', async () => {
    const made = await create('ref/dev.ipynb');
    expect((await read('ref/dev.ipynb')).body).toMatchObject({ branch: 'dev', ref: 'dev' });
    const there = (query: string) => at.rest('GET', `${inRepository}/file?path=ref/dev.ipynb${query}`);
    expect((await there('')).status).toBe(404);
    expect((await there('&ref=dev')).body.sha).toBe(made.body.sha);
    const listed = (await at.rest('GET', `${inRepository}/files`)).body.items;
    expect(listed.map(({ path }: { path: string }) => path)).not.toContain('ref/dev.ipynb');
    const versions = (query: string) =>
      at.rest('GET', `/documents/${made.body.notebook_id}/versions${query}`);
    expect((await versions('')).body.total).toBe(0);
    expect((await versions('?branch=dev')).body.total).toBe(1);
  });

  it('of a write is a branch: neither a tag nor a commit is one', async () => {
    await create('ref/written.md', { content: 'one' });
    const commit = await tip();
    await client.ok('-C', 'clone', 'tag', 'v1', commit);
    await client.ok('-C', 'clone', 'push', '-q', 'origin', 'v1');
    expect((await read('ref/written.md', '&ref=v1')).body).toMatchObject({ branch: null, ref: 'v1' });
    for (const branch of ['v1', 'refs/tags/v1', commit, 'nowhere']) {
      for (const { status } of [
        await save('ref/written.md', { content: 'two', branch }),
        await create('ref/new.md', { content: 'two', branch }),
        await rename('ref/written.md', 'ref/moved.md', { branch }),
      ])
        expect([branch, [400, 404].includes(status)]).toEqual([branch, true]);
    }
    expect(await tip()).toBe(commit);
    expect(await client.ok('-C', 'clone', 'ls-remote', 'origin', 'v1')).toContain(commit);
  });
});

describe('a save', () => {
  it('without a base_sha is made whatever is there', async () => {
    await create('save/free.md', { content: 'one' });
    await save('save/free.md', { content: 'two' });
    expect(await save('save/free.md', { content: 'three' })).toMatchObject({
      status: 200,
      body: { content: 'three', version: { commit_message: 'Update save/free.md' } },
    });
  });

  it('has its base_sha checked before it is found to be the same', async () => {
    const { sha: first } = (await create('save/same.md', { content: 'one' })).body;
    const { sha: second } = (await save('save/same.md', { content: 'two' })).body;
    expect(await save('save/same.md', { content: 'two', base_sha: first })).toMatchObject({
      status: 409,
      body: {
        ...{ code: 'base_sha_conflict', path: 'save/same.md', branch: 'dev' },
        ...{ base_sha: first, current_sha: second, detail: expect.any(String) },
      },
    });
    const before = await tip();
    expect(await save('save/same.md', { content: 'two', base_sha: second })).toMatchObject({
      status: 200,
      body: { sha: second, version: null },
    });
    expect(await tip()).toBe(before);
  });

  it('of another file does not change the commit_sha and the ETag of this one', async () => {
    const made = await create('save/stays.md', { content: 'one' });
    await create('save/beside.md', { content: 'two' });
    const again = await read('save/stays.md');
    expect(again.body.commit_sha).toBe(made.body.commit_sha);
    expect(again.headers.get('etag')).toBe(made.headers.get('etag'));
    expect(await tip()).not.toBe(made.body.commit_sha);
  });
});

describe('a rename', () => {
  it('takes the notebook id, the links and the versions along', async () => {
    const made = (await create('move/old.ipynb', { notebook: book('1') })).body;
    const path = `/documents/${made.notebook_id}`;
    const body = { target_type: 'repository', target_id: demo.repositoryId };
    const link = (await at.rest('POST', `${path}/links`, { body })).body;
    const renamed = await rename('move/old.ipynb', 'move/new.ipynb', { base_sha: made.sha });
    expect(renamed).toMatchObject({
      status: 200,
      body: { path: 'move/new.ipynb', notebook_id: made.notebook_id, sha: made.sha },
    });
    expect((await at.rest('GET', `${path}/links`)).body.items).toEqual([link]);
    const versions = (await at.rest('GET', `${path}/versions?branch=dev`)).body.items;
    expect(versions.map((one: { path: string }) => one.path)).toEqual(['move/new.ipynb', 'move/old.ipynb']);
  });

  it('to a path that is taken is a 409, and one of a file that has changed too', async () => {
    const made = (await create('move/a.md', { content: 'a' })).body;
    await create('move/b.md', { content: 'b' });
    expect(await rename('move/a.md', 'move/b.md')).toMatchObject({
      status: 409,
      body: { code: 'file_exists' },
    });
    await save('move/a.md', { content: 'changed' });
    expect(await rename('move/a.md', 'move/c.md', { base_sha: made.sha })).toMatchObject({
      status: 409,
      body: { code: 'base_sha_conflict' },
    });
  });

  it('on one branch leaves the path and the id of the other branches', async () => {
    const made = (await create('move/shared.ipynb', { branch: 'trunk' })).body;
    const merge = { source: 'trunk', target: 'dev' };
    expect((await at.rest('POST', `${inRepository}/merges`, { body: merge })).status).toBeLessThan(300);
    expect((await read('move/shared.ipynb')).body.notebook_id).toBe(made.notebook_id);
    const renamed = await rename('move/shared.ipynb', 'move/apart.ipynb');
    expect(renamed.body.notebook_id).toBe(made.notebook_id);
    const there = (await read('move/shared.ipynb', '&ref=trunk')).body;
    expect([there.path, there.notebook_id]).toEqual(['move/shared.ipynb', made.notebook_id]);
  });

  it('leaves a path that first has a file on a branch with the id that the default branch has there', async () => {
    const path = 'move/first.ipynb';
    const { notebook_id } = (await create(path, { branch: 'trunk', notebook: book('1') })).body;
    const made = await create(path, { branch: 'other', notebook: book('another') });
    expect([made.status, made.body.notebook_id]).toEqual([201, notebook_id]);
    const elsewhere = await create('move/other.ipynb', { branch: 'other', notebook: book('2') });
    expect(elsewhere.body.notebook_id).not.toBe(notebook_id);
  });
});

describe('a path', () => {
  it.each([
    ['a segment of 256 bytes', `${'é'.repeat(128)}`],
    ['over 4096 bytes', `${`${'x'.repeat(200)}/`.repeat(21)}a`],
    ['an absolute one', '/a'],
    ['one with ..', 'a/../b'],
    ['one with .', './a'],
    ['an empty segment', 'a//b'],
    ['.git', '.git/a'],
    ['.GIT', 'a/.GIT/b'],
    ['git~1', 'git~1/b'],
    ['.git with an invisible character', '.g\u200cit/b'],
    ['a backslash', 'a\\b'],
    ['a control character', 'a\u0007b'],
    ['a NUL', 'a\u0000b'],
    ['a bidirectional control', 'a\u202eb'],
    ['what is not NFC', 'cafe\u0301'],
    ['a colon', 'a:b'],
    ['a name of Windows', 'aux'],
    ['a dot at the end', 'a./b'],
    ['a space at the end', 'a /b'],
    ['an empty one', ''],
  ])('is refused over every route that writes to a new one: %s', async (_what, name) => {
    const before = await tip();
    const text = name && `${name}.md`;
    const notebook = name && `${name}.ipynb`;
    const changes = [{ create: { path: text, content: 'x' } }];
    const raw = `${base}/raw-file?path=${encodeURIComponent(text)}`;
    const rows = [
      [await create(text, { content: 'x' }), ['body', 'path']],
      [await at.rest('POST', `${base}/files`, { body: { path: notebook } }), ['body', 'path']],
      [await at.rest('POST', `${inRepository}/files`, { body: { path: notebook } }), ['body', 'path']],
      [await rename('README.md', text), ['body', 'new_path']],
      [
        await at.rest('POST', `${base}/commits`, { body: { changes } }),
        ['body', 'changes', 0, 'create', 'path'],
      ],
      [await at.rest('PUT', raw, { raw: 'x' }), ['query', 'path']],
    ] as const;
    // An empty path lacks its extension too.
    for (const [{ status, body }, loc] of rows)
      expect([status, body.code, body.errors[0].loc]).toEqual([400, 'invalid_path', loc]);
    expect(await tip()).toBe(before);
  });

  it('that differs from a name beside it only in case is refused', async () => {
    await create('case/one.md', { content: '1' });
    for (const path of ['case/ONE.md', 'CASE/two.md'])
      expect(await create(path, { content: '2' })).toMatchObject({
        status: 400,
        body: { code: 'invalid_path' },
      });
  });

  it('that leads over a symbolic link or into a submodule has no file', async () => {
    await client.ok('-C', 'clone', 'pull', '-q', '--ff-only');
    const link = await client.pipe('README.md', '-C', 'clone', 'hash-object', '-w', '--stdin');
    const head = await client.ok('-C', 'clone', 'rev-parse', 'HEAD');
    for (const [mode, oid, path] of [
      ['120000', link, 'link.md'],
      ['120000', link, 'link.ipynb'],
      ['160000', head, 'module.md'],
    ])
      await client.ok('-C', 'clone', 'update-index', '--add', '--cacheinfo', `${mode},${oid},${path}`);
    await client.ok('-C', 'clone', 'commit', '-qm', 'Links');
    await client.ok('-C', 'clone', 'push', '-q', 'origin', 'HEAD:dev');
    const listed = (await at.rest('GET', `${base}/files?kind=all`)).body.items;
    const paths = listed.map(({ path }: { path: string }) => path);
    for (const path of ['link.md', 'link.ipynb', 'module.md']) {
      expect(paths).not.toContain(path);
      for (const answer of [
        await read(path),
        await at.rest('GET', `${base}/raw-file?path=${path}`),
        await read(`${path}/passwd.md`),
      ]) {
        expect([path, [400, 404].includes(answer.status)]).toEqual([path, true]);
        expect(JSON.stringify(answer.body)).not.toContain('root:');
      }
    }
  });
});

describe('a notebook', () => {
  it('has its texts joined in answers and as lists of lines in Git, and is taken in both forms', async () => {
    const joined = codeNotebook([
      codeCell('one', 'a\nb\n', {
        outputs: [{ output_type: 'stream', name: 'stdout', text: 'x\ny' }],
      }),
    ]);
    const lists = codeNotebook([
      codeCell('one', ['a\n', 'b\n'] as unknown as string, {
        outputs: [{ output_type: 'stream', name: 'stdout', text: ['x\n', 'y'] }],
      }),
    ]);
    const made = await create('texts/joined.ipynb', { notebook: joined });
    const other = await create('texts/lists.ipynb', { notebook: lists });
    expect([made.body.notebook, other.body.notebook]).toEqual([joined, joined]);
    expect(other.body.sha).toBe(made.body.sha);
    expect(JSON.parse(await bytesOf('texts/joined.ipynb'))).toEqual(lists);
  });

  it('is stored as Jupyter writes it', async () => {
    const notebook = codeNotebook([codeCell('one', 'ä = 1')], { b: 1, a: { z: [], ä: '\u2028' } });
    await create('texts/bytes.ipynb', { notebook });
    const text = await bytesOf('texts/bytes.ipynb');
    expect(text).toMatch(
      /^\{\n "cells": \[\n {2}\{\n {3}"cell_type": "code",\n {3}"execution_count": null,\n/,
    );
    expect(text).toContain('"ä = 1"');
    expect(text.indexOf('"a": {')).toBeLessThan(text.indexOf('"b": 1'));
    expect(text.endsWith('\n "nbformat": 4,\n "nbformat_minor": 5\n}\n')).toBe(true);
  });

  it('gets the cell ids of 4.5 that it lacks; ids that are there twice are refused', async () => {
    const { id: _id, ...bare } = codeCell('one', '1');
    const made = await create('texts/ids.ipynb', { notebook: codeNotebook([bare, bare]) });
    const [one, two] = made.body.notebook.cells.map(({ id }: { id: string }) => id);
    expect(one).toMatch(/^[\w-]{1,64}$/);
    expect(two).not.toBe(one);
    const twice = codeNotebook([codeCell('one', '1'), codeCell('one', '2')]);
    expect(await create('texts/twice.ipynb', { notebook: twice })).toMatchObject({
      status: 400,
      body: { code: 'invalid_notebook', errors: [{ loc: ['body', 'notebook', 'cells', 1, 'id'] }] },
    });
  });

  it.each([0, 1, 2, 3, 4, 5])('of nbformat 4.%i is taken, with metadata that nobody knows', async (minor) => {
    const { id: _id, ...cell } = codeCell('one', '1', { metadata: { unknown: { a: [1.5] } } });
    const path = `texts/minor-${minor}.ipynb`;
    const notebook = {
      ...codeNotebook([minor === 5 ? { ...cell, id: 'one' } : cell], { mine: 'kept' }),
      nbformat_minor: minor,
    };
    expect((await create(path, { notebook })).body.notebook).toEqual(notebook);
    expect((await read(path)).body.notebook).toEqual(notebook);
  });

  it.each([3, 5])('of nbformat %i is refused', async (nbformat) => {
    const notebook = { ...codeNotebook([]), nbformat };
    expect(await create('texts/major.ipynb', { notebook })).toMatchObject({
      status: 400,
      body: { code: 'invalid_notebook' },
    });
  });

  it('of Python has its NaN and Infinity answered as null', async () => {
    const text = '{"cells":[],"metadata":{"n":[NaN,Infinity,-Infinity]},"nbformat":4,"nbformat_minor":5}';
    await client.ok('-C', 'clone', 'pull', '-q', '--ff-only');
    await client.commit('clone', 'python.ipynb', text);
    await client.ok('-C', 'clone', 'push', '-q', 'origin', 'HEAD:dev');
    expect((await read('python.ipynb')).body.notebook.metadata).toEqual({ n: [null, null, null] });
  });
});

it('a text that is not UTF-8 is refused', async () => {
  const before = await tip();
  const bad = await at.rest('POST', `${base}/authoring-files`, {
    raw: Buffer.concat([
      Buffer.from('{"path":"bad.md","content":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]) as Uint8Array<ArrayBuffer>,
  });
  expect(bad.status).toBe(400);
  const surrogate = await create('bad.md', { content: 'a\ud800b' });
  expect(surrogate.status).toBe(400);
  expect(await tip()).toBe(before);
});

it('a new repository has one commit on its default branch', async () => {
  const { id, name } = await makeRepository(at, { defaultBranch: 'first' });
  const branches = (await at.rest('GET', `/repositories/${id}/branches`)).body.items;
  expect(branches).toMatchObject([{ name: 'first', commit_sha: sha }]);
  await client.ok('clone', '-q', gitUrl(at.url, at.token, `demo/${name}`), 'new');
  expect(await client.ok('-C', 'new', 'rev-list', '--count', 'HEAD')).toBe('1');
});

it('the routes of a repository answer that they are deprecated, with the route that replaces them', async () => {
  await create('old/route.ipynb', { branch: 'trunk' });
  for (const [route, query] of [
    ['file', 'path=old/route.ipynb'],
    ['files', 'ref=trunk'],
  ]) {
    const { status, headers } = await at.rest('GET', `${inRepository}/${route}?${query}`);
    expect(status).toBe(200);
    expect(headers.get('deprecation')).toMatch(/^@\d+$/);
    expect(headers.get('link')).toContain(`/workspaces/${workspaceId}/${route}`);
    expect(headers.get('link')).toContain('rel="successor-version"');
  }
});
