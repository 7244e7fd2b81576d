import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { makeUser } from '../../support/factories/make-user.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

let at: TestGateway;
let before: string;
let after: string;

const inDemo = `/workspaces/${demo.workspaceId}`;
const commit = async (changes: object[]) =>
  (await at.rest('POST', `${inDemo}/commits`, { body: { changes } })).body.commit_sha as string;
const compare = (query: Record<string, string>, token?: string) =>
  at.rest('GET', `${inDemo}/compare?${new URLSearchParams(query)}`, token ? { token } : {});
const output = { outputs: [{ output_type: 'stream', name: 'stdout', text: 'y'.repeat(9_000) }] };
const lines = Array.from({ length: 40 }, (_, n) => `line ${n}\n`);
const cells = ['a', 'b', 'c', 'd'].map((id) => codeCell(id, `${id} = 1\n`, output));

beforeAll(async () => {
  at = await openTestGateway();
  before = await commit([
    { create: { path: 'book.ipynb', notebook: codeNotebook(cells) } },
    { create: { path: 'gone.txt', content: 'gone\n' } },
    { create: { path: 'old name.txt', content: lines.join('') } },
    { create: { path: 'text.txt', content: lines.join('') } },
    { create: { path: 'bytes.bin', content_base64: Buffer.from([0, 255, 1]).toString('base64') } },
  ]);
  after = await commit([
    {
      save: {
        path: 'book.ipynb',
        notebook: codeNotebook(
          [cells[3]!, { ...cells[0]!, source: 'a = 2\n' }, cells[2]!, codeCell('new', '')],
          { title: 'T' },
        ),
      },
    },
    { delete: { path: 'gone.txt' } },
    { delete: { path: 'old name.txt' } },
    { create: { path: 'lib/new name.txt', content: lines.with(3, 'changed\n').join('') } },
    { save: { path: 'text.txt', content: lines.with(20, 'changed\n').join('') } },
    { save: { path: 'bytes.bin', content_base64: Buffer.from([0, 255, 2]).toString('base64') } },
  ]);
});
afterAll(() => at.close());

describe('a comparison of two commits', () => {
  it('lists the files that differ, with renames of similar files', async () => {
    const { status, body } = await compare({ base: before, head: after });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ base: before, head: after, base_commit_sha: before, head_commit_sha: after },
      ...{ merge_base_sha: before, file: null },
    });
    const rows = body.files.items.map((one: any) => [one.path, one.status, one.kind, one.previous_path]);
    expect(rows).toEqual([
      ['book.ipynb', 'modified', 'notebook', null],
      ['bytes.bin', 'modified', 'binary', null],
      ['gone.txt', 'deleted', 'text', null],
      ['lib/new name.txt', 'renamed', 'text', 'old name.txt'],
      ['text.txt', 'modified', 'text', null],
    ]);
    expect(body.files.total).toBe(5);
    expect(body.files.items[2]).toMatchObject({ base_size: 5, head_size: null, head_sha: null });
    const second = await compare({ base: before, head: after, page: '2', size: '2' });
    expect(second.body.files.items.map((one: any) => one.path)).toEqual(['gone.txt', 'lib/new name.txt']);
  });

  it('has the cells of a notebook with what became of each', async () => {
    const { body } = await compare({ base: before, head: after, path: 'book.ipynb' });
    expect(body.files.items.map((one: any) => one.path)).toEqual(['book.ipynb']);
    const { cells: found, text } = body.file;
    expect(text).toBeNull();
    expect(found.items.map((one: any) => [one.status, one.base_index, one.head_index])).toEqual([
      ['moved', 3, 0],
      ['modified', 0, 1],
      ['removed', 1, null],
      ['unchanged', 2, 2],
      ['added', null, 3],
    ]);
    expect(found.items[1]).toMatchObject({ changes: ['source'], is_moved: false });
    expect(found.items[1].hunks).toEqual([
      { base_start: 1, base_lines: 1, head_start: 1, head_lines: 1, lines: ['-a = 1', '+a = 2'] },
    ]);
    expect([found.items[1].base.source, found.items[1].head.source]).toEqual(['a = 1\n', 'a = 2\n']);
    expect([found.items[0].base, found.items[0].head.id]).toEqual([null, 'd']);
    expect(found.counts).toEqual({ added: 1, removed: 1, modified: 1, moved: 1, unchanged: 1 });
    expect(found.metadata).toEqual([{ path: ['title'], base: null, head: 'T' }]);
  });

  it('has the lines of a text file, also of a renamed one by either path', async () => {
    const { body } = await compare({ base: before, head: after, path: 'text.txt' });
    expect(body.file).toEqual({
      cells: null,
      text: {
        hunks: [
          {
            ...{ base_start: 18, base_lines: 7, head_start: 18, head_lines: 7 },
            lines: [
              ' line 17',
              ' line 18',
              ' line 19',
              '-line 20',
              '+changed',
              ' line 21',
              ' line 22',
              ' line 23',
            ],
          },
        ],
        is_truncated: false,
      },
    });
    for (const path of ['old name.txt', 'lib/new name.txt']) {
      const renamed = await compare({ base: before, head: after, path });
      expect(renamed.body.file.text.hunks[0].lines).toContain('+changed');
    }
  });

  it('has nothing of a binary file, and no differences of an unchanged one', async () => {
    const binary = await compare({ base: before, head: after, path: 'bytes.bin' });
    expect(binary.body.file).toEqual({ cells: null, text: null });
    const same = await compare({ base: before, head: after, path: 'README.md' });
    expect(same.body).toMatchObject({ files: { items: [], total: 0 }, file: { text: { hunks: [] } } });
  });

  it('takes branches, and the default branch as head', async () => {
    const { body } = await compare({ base: before });
    expect(body).toMatchObject({ head: 'main', head_commit_sha: after, files: { total: 5 } });
    expect((await compare({ base: 'main' })).body.files).toEqual({ items: [], total: 0 });
  });

  it('refuses unknown and malformed refs and paths, and files of neither side', async () => {
    expect((await compare({ base: 'none' })).status).toBe(404);
    expect((await compare({ base: before, path: 'none.txt' })).status).toBe(404);
    const malformed = await compare({ base: 'a..b', head: 'c..d', path: '../x' });
    expect(malformed.status).toBe(400);
    expect(malformed.body.errors.map(({ loc }: any) => loc[1])).toEqual(['base', 'head', 'path']);
  });

  it('is for those who may view the workspace', async () => {
    const viewer = await makeUser(at, { role: 'viewer' });
    const { id } = await makeWorkspace(at, { visibility: 'private' });
    const path = `/workspaces/${id}/compare?base=main`;
    expect((await at.rest('GET', path, { token: viewer.token })).status).toBe(403);
  });
});

it('GraphQL pages through changed cells and through files, and compares in a repository', async () => {
  const { data, errors } = await at.graphql(
    `query($base: String!, $head: String!) { space(slug: "demo") { repository(id: "${demo.repositoryId}") {
      compare(base: $base, head: $head) {
        files(first: 2) { nodes { path } pageInfo { endCursor hasNextPage } totalCount } }
      book: compare(base: $base, head: $head, path: "book.ipynb") { file {
          file { status }
          cells(first: 2, changedOnly: true) { nodes { status changes } totalCount pageInfo { endCursor } counts { moved } }
        } } } } }`,
    { base: before, head: after },
  );
  expect(errors).toBeUndefined();
  const { files } = data.space.repository.compare;
  const { file } = data.space.repository.book;
  expect(files).toMatchObject({ nodes: [{ path: 'book.ipynb' }, { path: 'bytes.bin' }], totalCount: 5 });
  expect(file.cells).toMatchObject({ nodes: [{ status: 'moved' }, { status: 'modified' }], totalCount: 4 });
  const next = await at.graphql(
    `query($base: String!, $head: String!, $files: ID!, $cells: ID!) { space(slug: "demo") {
      repository(id: "${demo.repositoryId}") { compare(base: $base, head: $head) {
        files(first: 2, after: $files) { nodes { path } } }
      book: compare(base: $base, head: $head, path: "book.ipynb") { file { cells(first: 9, after: $cells, changedOnly: true) { nodes { status } } } } } } }`,
    { base: before, head: after, files: files.pageInfo.endCursor, cells: file.cells.pageInfo.endCursor },
  );
  expect(next.data.space.repository).toEqual({
    compare: { files: { nodes: [{ path: 'gone.txt' }, { path: 'lib/new name.txt' }] } },
    book: { file: { cells: { nodes: [{ status: 'removed' }, { status: 'added' }] } } },
  });
});

it('comparisons of one user are limited, and do not keep others waiting', async () => {
  const { compareSlots, prisma } = at.gateway.services;
  const admin = await prisma.user.findUniqueOrThrow({ where: { email: 'admin@localhost' } });
  const other = await makeUser(at, { role: 'viewer' });
  const gone = new AbortController();
  const enter = () => compareSlots.enter(admin.id, gone.signal);
  const entered = await Promise.all([enter(), enter()]);
  const waiting = Array.from({ length: 8 }, () => enter().catch(() => null));
  const query = { base: before, head: after };
  expect(await compare(query)).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
  expect((await compare(query, other.token)).status).toBe(200);
  gone.abort();
  await Promise.all(waiting);
  for (const leave of entered) leave();
  expect((await compare(query)).status).toBe(200);
});
