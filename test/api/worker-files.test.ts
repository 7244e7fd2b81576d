import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { objectId } from '../../src/engines/git/object-id.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type RestOptions, type TestGateway } from '../support/gateway.js';
import { testPython } from '../support/jupyter.js';

let at: TestGateway;
let editor: { id: string; token: string };
/** A worker of the editor. */
let worker: string;
let folder: string;
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
  const { prisma } = at.gateway.services;
  await prisma.workspace.update({ where: { id: demo.workspaceId }, data: { visibility: 'space' } });
  editor = await makeUser(at, { role: 'editor' });
  await save('data.csv', 'a,b\n');
  await save('gone.txt', 'gone');
  worker = await startWorker(editor.token);
  folder = join(at.dataDir, 'workers', worker, 'files');
}, 120_000);
afterAll(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await at.close();
});

/** Opens a session, because its answer waits until the worker is ready. */
async function startWorker(token: string): Promise<string> {
  const opened = await at.rest('POST', '/sessions', { token, body: { workspace_id: demo.workspaceId } });
  expect(opened.status).toBe(201);
  return opened.body.worker_id;
}

/** Saves a text file on the branch, whether it exists or not. */
async function save(path: string, content: string): Promise<void> {
  const base = `/workspaces/${demo.workspaceId}`;
  const body = { path, content };
  const { status } = await at.rest('POST', `${base}/authoring-files`, { body });
  if (status !== 201) expect((await at.rest('PUT', `${base}/authoring-file`, { body })).status).toBe(200);
}

const list = (query = '', options: RestOptions = {}) =>
  at.rest('GET', `/workers/${worker}/files${query}`, { token: editor.token, ...options });
const raw = (path: string, headers: Record<string, string> = {}, token = editor.token) =>
  at.rest('GET', `/workers/${worker}/raw-file?path=${encodeURIComponent(path)}`, { token, headers });
const commit = (paths: string[], options: RestOptions = {}) =>
  at.rest('POST', `/workers/${worker}/commit`, { token: editor.token, body: { paths }, ...options });
const write = (path: string, bytes: string | Uint8Array) => writeFileSync(join(folder, path), bytes);
const blob = (bytes: string | Uint8Array) => objectId('blob', Buffer.from(bytes as string));
const git = (...args: string[]) =>
  execFileSync('git', ['-C', join(at.dataDir, 'repositories', `${demo.repositoryId}.git`), ...args]);
const statuses = async () =>
  Object.fromEntries(
    (await list()).body.items.map(({ path, status }: { path: string; status: string }) => [path, status]),
  );

describe('the files of a worker', () => {
  beforeEach(() => {
    write('data.csv', 'a,b\n');
    write('gone.txt', 'gone');
    rmSync(join(folder, 'out'), { recursive: true, force: true });
  });

  it('are unchanged when no kernel wrote any', async () => {
    const { body } = await list();
    expect(body.total).toBe(4);
    const sha = blob('a,b\n');
    expect(body.items[1]).toEqual({ path: 'data.csv', size: 4, sha, base_sha: sha, status: 'unchanged' });
  });

  it('are modified, added and deleted, and are listed as pages sorted by path', async () => {
    write('data.csv', 'a,c\n');
    rmSync(join(folder, 'gone.txt'));
    mkdirSync(join(folder, 'out/deep'), { recursive: true });
    write('out/deep/plot.png', 'png');
    expect(await statuses()).toEqual({
      'README.md': 'unchanged',
      'data.csv': 'modified',
      'gone.txt': 'deleted',
      'notebooks/welcome.ipynb': 'unchanged',
      'out/deep/plot.png': 'added',
    });
    const { body } = await list('?changed_only=true&page=2&size=2');
    expect(body).toEqual({
      items: [{ path: 'out/deep/plot.png', size: 3, sha: null, base_sha: null, status: 'added' }],
      ...{ total: 3, page: 2, size: 2 },
    });
    const deleted = (await list('?changed_only=true')).body.items[1];
    expect(deleted).toMatchObject({ path: 'gone.txt', size: null, sha: null, base_sha: blob('gone') });
  });

  it('are none on a page beyond the last, and the size is capped, however many digits the numbers have', async () => {
    const { body: all } = await list();
    for (const page of ['2147483649', '1000000000000', '99999999999999999999']) {
      const { status, body } = await list(`?page=${page}&size=100000000000000000000000`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ items: [], total: all.total, page: Number(page), size: 10_000 });
    }
  });

  it('contain neither links, nor what is behind them, nor what Git would refuse', async () => {
    mkdirSync(join(folder, 'out'));
    symlinkSync('/etc', join(folder, 'out/etc'));
    symlinkSync('/etc/passwd', join(folder, 'out/passwd'));
    mkdirSync(join(folder, '.git'), { recursive: true });
    write('.git/config', 'x');
    rmSync(join(folder, 'gone.txt'));
    symlinkSync('/etc/passwd', join(folder, 'gone.txt'));
    expect(Object.entries(await statuses()).filter(([, status]) => status !== 'unchanged')).toEqual([
      ['gone.txt', 'deleted'],
    ]);
    for (const path of ['out/passwd', 'out/etc/passwd', 'gone.txt', 'out', 'nothing'])
      expect([path, (await raw(path)).status]).toEqual([path, 404]);
    for (const path of ['.git/config', '../../../secrets-key', '/etc/passwd', ''])
      expect([path, (await raw(path)).status]).toEqual([path, 400]);
    rmSync(join(folder, '.git'), { recursive: true });
    rmSync(join(folder, 'gone.txt'));
  });
});

describe('the bytes of a file of a worker', () => {
  it('are a download with its blob sha as ETag', async () => {
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 128));
    write("it's (1) é.bin", bytes);
    const { status, body, headers } = await raw("it's (1) é.bin");
    expect([status, body]).toEqual([200, bytes.toString('latin1')]);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '1000',
      'x-content-type-options': 'nosniff',
      'content-disposition': "attachment; filename*=UTF-8''it%27s%20%281%29%20%C3%A9.bin",
      'accept-ranges': 'bytes',
      etag: `"${blob(bytes)}"`,
    });
    const known = await raw("it's (1) é.bin", { 'if-none-match': `"${blob(bytes)}"` });
    expect([known.status, known.body]).toEqual([304, '']);
  });

  it.each([
    ['bytes=2-4', 'cde', 'bytes 2-4/10'],
    ['bytes=7-', 'hij', 'bytes 7-9/10'],
    ['bytes=-2', 'ij', 'bytes 8-9/10'],
    ['bytes=-99', 'abcdefghij', 'bytes 0-9/10'],
    ['bytes=8-99', 'ij', 'bytes 8-9/10'],
    ['bytes=4-2', 'abcdefghij', null],
    ['bytes=0-1,3-4', 'abcdefghij', null],
    ['lines=1-2', 'abcdefghij', null],
    [`bytes=0-${'9'.repeat(15)}`, 'abcdefghij', 'bytes 0-9/10'],
  ])('for the range %s are %s', async (range, text, contentRange) => {
    write('ten', 'abcdefghij');
    const { status, body, headers } = await raw('ten', { range });
    expect([status, body, headers.get('content-range')]).toEqual([
      contentRange ? 206 : 200,
      text,
      contentRange,
    ]);
    expect(headers.get('content-length')).toBe(String(text.length));
  });

  it.each([
    ['ten', 'abcdefghij', 'bytes=10-'],
    ['ten', 'abcdefghij', `bytes=${'9'.repeat(15)}-`],
    ['ten', 'abcdefghij', 'bytes=-0'],
    ['none', '', 'bytes=0-'],
  ])('of %s (%j) are refused for the range %s, with the size', async (path, text, range) => {
    write(path, text);
    const { status, body, headers } = await raw(path, { range });
    expect([status, body.code, headers.get('content-range')]).toEqual([
      ...[416, 'range_not_satisfiable'],
      `bytes */${text.length}`,
    ]);
    const stale = await raw(path, { range, 'if-range': `"${blob('other')}"` });
    expect([stale.status, stale.body]).toEqual([200, text]);
  });

  it('are the whole file when it is not the one of If-Range', async () => {
    write('ten', 'abcdefghij');
    const range = 'bytes=0-1';
    expect((await raw('ten', { range, 'if-range': `"${blob('abcdefghij')}"` })).body).toBe('ab');
    expect((await raw('ten', { range, 'if-range': `"${blob('other')}"` })).body).toBe('abcdefghij');
  });

  it('may be none, or many, but not over 64 MiB', async () => {
    write('empty', '');
    expect(await raw('empty')).toMatchObject({ status: 200, body: '' });
    write('many', 'x'.repeat(5_000_000));
    expect((await raw('many')).body).toHaveLength(5_000_000);
    write('large', '');
    truncateSync(join(folder, 'large'), 64 * 1024 * 1024 + 1);
    expect(await raw('large')).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
    rmSync(join(folder, 'large'));
  });

  it('are not read from a named pipe, which would never end', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', join(folder, 'pipe')]);
    expect((await raw('pipe')).status).toBe(404);
    rmSync(join(folder, 'pipe'));
  });
});

describe('committing files of a worker', () => {
  it('writes one commit by the caller with the bytes as they are, and the worker is in step then', async () => {
    const image = Buffer.from([0x89, 0x50, 0, 0xff]);
    write('data.csv', 'committed\n');
    mkdirSync(join(folder, 'plots'), { recursive: true });
    write('plots/a.png', image);
    rmSync(join(folder, 'gone.txt'), { force: true });
    const before = git('rev-parse', 'main').toString().trim();
    const { status, body } = await commit(['data.csv', 'plots/a.png', 'gone.txt']);
    expect([status, body.changed, body.parent_sha]).toEqual([201, true, before]);
    expect(git('rev-parse', 'main').toString().trim()).toBe(body.commit_sha);
    expect(git('log', '-1', '--format=%an|%s', 'main').toString()).toBe(
      `${(await at.gateway.services.prisma.user.findUniqueOrThrow({ where: { id: editor.id } })).name}|Commit 3 files of a worker\n`,
    );
    expect(git('show', 'main:plots/a.png')).toEqual(image);
    expect(git('ls-tree', '--name-only', 'main').toString()).not.toContain('gone.txt');
    const again = await commit(['data.csv', 'plots/a.png', 'gone.txt']);
    expect([again.status, again.body]).toEqual([
      200,
      { commit_sha: body.commit_sha, parent_sha: body.commit_sha, changed: false },
    ]);
    const inStep = { 'data.csv': 'unchanged', 'plots/a.png': 'unchanged', 'gone.txt': 'none' };
    const states = async () => ({ 'gone.txt': 'none', ...(await statuses()) });
    await expect.poll(states, { timeout: 20_000 }).toMatchObject(inStep);
  });

  it('is a conflict for a file that the branch has changed, and commits nothing', async () => {
    write('data.csv', 'mine\n');
    write('other.txt', 'x');
    await save('data.csv', 'theirs\n');
    const answer = await commit(['other.txt', 'data.csv']);
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'base_sha_conflict', path: 'data.csv', current_sha: blob('theirs\n') },
    });
    expect(git('ls-tree', '--name-only', 'main').toString()).not.toContain('other.txt');
    expect(readFileSync(join(folder, 'data.csv'), 'utf8')).toBe('mine\n');
  });

  it('is a conflict for a file that the branch has deleted, or has a folder in place of', async () => {
    await save('deleted.txt', 'one');
    await save('folder', 'one');
    await expect.poll(statuses).toMatchObject({ 'deleted.txt': 'unchanged', folder: 'unchanged' });
    write('deleted.txt', 'mine');
    write('folder', 'mine');
    for (const path of ['deleted.txt', 'folder']) {
      const target = `spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }`;
      const gone = await at.graphql(
        `mutation { deleteFile(${target}, input: { path: "${path}" }) { changed } }`,
      );
      expect(gone.errors).toBeUndefined();
    }
    await save('folder/file.txt', 'theirs');
    for (const path of ['deleted.txt', 'folder']) {
      expect(await commit([path])).toMatchObject({
        status: 409,
        body: { code: 'base_sha_conflict', path, branch: 'main', base_sha: blob('one'), current_sha: null },
      });
    }
    rmSync(join(folder, 'deleted.txt'));
    rmSync(join(folder, 'folder'), { recursive: true });
  });

  it('is refused for a new file that the branch has too', async () => {
    write('both.txt', 'mine');
    await save('both.txt', 'theirs');
    expect(await commit(['both.txt'])).toMatchObject({ status: 409, body: { code: 'file_exists' } });
  });

  it.each([
    [['nothing.txt'], 'invalid_request', ['body', 'paths', 0]],
    [['README.md', '../x'], 'invalid_path', ['body', 'paths', 1]],
    [['README.md', '.git/config'], 'invalid_path', ['body', 'paths', 1]],
    [['README.md', 'README.md'], 'invalid_request', ['body', 'paths', 1]],
    [['bad.ipynb'], 'invalid_notebook', ['body', 'paths', 0]],
    [['link.txt'], 'invalid_request', ['body', 'paths', 0]],
    [[], 'invalid_request', ['body', 'paths']],
  ])('of %j is %s and names the item', async (paths, code, loc) => {
    write('bad.ipynb', '{"cells": 1}');
    rmSync(join(folder, 'link.txt'), { force: true });
    symlinkSync('/etc/passwd', join(folder, 'link.txt'));
    expect(await commit(paths)).toMatchObject({ status: 400, body: { code, errors: [{ loc }] } });
  });

  it('is refused for more than 500 files', async () => {
    const paths = Array.from({ length: 501 }, (_, index) => `${index}`);
    expect(await commit(paths)).toMatchObject({
      status: 400,
      body: { errors: [{ loc: ['body', 'paths'] }] },
    });
  });

  it('is refused on a protected branch, but for space admins', async () => {
    const { prisma } = at.gateway.services;
    const row = { repositoryId: demo.repositoryId, name: 'main' };
    await prisma.protectedBranch.create({ data: row });
    write('protected.txt', 'x');
    expect(await commit(['protected.txt'])).toMatchObject({
      status: 403,
      body: { code: 'branch_protected' },
    });
    const { token } = await makeUser(at, { role: 'admin' });
    expect((await commit(['protected.txt'], { token })).status).toBe(201);
    await prisma.protectedBranch.deleteMany({ where: row });
  });
});

describe('who may use the files of a worker', () => {
  const attempts = async (token: string) => [
    (await list('', { token })).status,
    (await raw('README.md', {}, token)).status,
    (await commit(['README.md'], { token })).status,
  ];

  it.each([
    ['the user who started it', () => editor, [200, 200, 200]],
    ['a space admin', () => makeUser(at, { role: 'admin' }), [200, 200, 200]],
    ['another editor', () => makeUser(at, { role: 'editor' }), [403, 403, 403]],
    ['a viewer', () => makeUser(at, { role: 'viewer' }), [403, 403, 403]],
    ['a user of no space', () => makeUser(at), [404, 404, 404]],
    [
      'a space admin with the scope read',
      () => makeUser(at, { role: 'admin', scopes: ['read'] }),
      [200, 200, 403],
    ],
    [
      'a space admin with the scope write',
      () => makeUser(at, { role: 'admin', scopes: ['write'] }),
      [403, 403, 200],
    ],
  ])('%s', async (_who, user, expected) => {
    write('README.md', git('show', 'main:README.md'));
    expect(await attempts((await user()).token)).toEqual(expected);
  });

  it('the user who started it, once they may only view the workspace, reads but does not commit', async () => {
    const { prisma } = at.gateway.services;
    const where = { userId: editor.id };
    await prisma.spaceMember.updateMany({ where, data: { role: 'viewer' } });
    expect(await attempts(editor.token)).toEqual([200, 200, 403]);
    await prisma.spaceMember.updateMany({ where, data: { role: 'editor' } });
  });
});

it('the files of a stopped worker are gone', async () => {
  expect((await at.rest('DELETE', `/workers/${worker}`, { token: editor.token })).status).toBe(204);
  for (const answer of [await list(), await raw('README.md'), await commit(['README.md'])])
    expect(answer).toMatchObject({ status: 409, body: { code: 'worker_not_live' } });
});
