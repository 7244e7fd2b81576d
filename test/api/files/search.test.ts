import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { makeUser } from '../../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { type GitClient, gitClient, gitUrl } from '../../support/git-client.js';

const code = (id: string, source: string | string[], outputs: object[] = []) => ({
  ...{ cell_type: 'code', execution_count: null, id, metadata: {}, outputs, source },
});
const notebook = {
  cells: [
    { cell_type: 'markdown', id: 'intro', metadata: {}, source: ['# Needle\n', 'two "quoted" wörds\n'] },
    code('run', 'hay = 1\nneedle = "needle"\n', [
      { output_type: 'stream', name: 'stdout', text: ['hay\n', 'a NEEDLE here\n'] },
      {
        output_type: 'display_data',
        metadata: {},
        data: { 'image/png': 'needle', 'text/plain': '<needle plot>', 'text/html': '<b>needle</b>' },
      },
      {
        output_type: 'error',
        ename: 'NeedleError',
        evalue: 'x',
        traceback: ['\u001b[31mneedle\u001b[0m lost'],
      },
    ]),
    code('quiet', 'pass'),
  ],
  metadata: { title: 'needle' },
  nbformat: 4,
  nbformat_minor: 5,
};
const files: Record<string, string | Buffer> = {
  'a/needle.txt': 'no match in it\n',
  'b.txt': 'first\r\n\tneedle and needle\r\nNeedle\n',
  'c.ipynb': JSON.stringify(notebook, null, 1),
  'd.bin': Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from('needle')]),
  'e.ipynb': '{"needle": not json',
  'f.txt': `${'x'.repeat(5_000)}needle😀${'y'.repeat(5_000)}\n`,
  'many.txt': 'straw 1\n'.repeat(200),
  'ascii.ipynb': JSON.stringify({ ...notebook, cells: [code('u', 'größe')] }).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ),
  '.gitattributes': '*.txt binary\n*.ipynb -diff\n',
};

let at: TestGateway;
let client: GitClient;
let commit: string;
beforeAll(async () => {
  at = await openTestGateway();
  client = await gitClient();
  await client.ok('clone', '-q', gitUrl(at.url, at.token), 'here');
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(client.folder, 'here', path, '..'), { recursive: true });
    writeFileSync(join(client.folder, 'here', path), bytes);
  }
  await client.ok('-C', 'here', 'add', '-A');
  commit = await client.commit('here', 'last.md', 'The last file\n');
  await client.ok('-C', 'here', 'push', '-q');
});
afterAll(async () => {
  await at.close();
  await client.remove();
});

const search = (query: Record<string, string>, token = at.token) =>
  at.rest('GET', `/workspaces/${demo.workspaceId}/search?${new URLSearchParams(query)}`, { token });

/** Path, cell, line and the matched text of each hit. */
const shown = (items: any[]) =>
  items.map(({ path, cell, line, snippet, match_start: start, match_length: length }) => [
    path,
    cell && `${cell.index} ${cell.id} ${cell.type} ${cell.part}`,
    line,
    snippet.slice(start, start + length),
  ]);

describe('a search of content', () => {
  it('finds the lines of text files, and those of sources and outputs of cells', async () => {
    const { status, body } = await search({ q: 'needle' });
    expect(status).toBe(200);
    expect(shown(body.items)).toEqual([
      ['b.txt', null, 2, 'needle'],
      ['b.txt', null, 3, 'Needle'],
      ['c.ipynb', '0 intro markdown source', 1, 'Needle'],
      ['c.ipynb', '1 run code source', 2, 'needle'],
      ['c.ipynb', '1 run code output', 2, 'NEEDLE'],
      ['c.ipynb', '1 run code output', 1, 'needle'],
      ['c.ipynb', '1 run code output', 1, 'Needle'],
      ['c.ipynb', '1 run code output', 2, 'needle'],
      ['f.txt', null, 1, 'needle'],
    ]);
    // The binary file, and what is no notebook.
    expect(body).toMatchObject({ total: 9, commit_sha: commit, is_incomplete: false, skipped_files: 2 });
    expect(body.items[0].snippet).toBe('\tneedle and needle');
    expect(body.items.at(-1).snippet.length).toBeLessThanOrEqual(240);
    expect(body.items[7].snippet).toBe('needle lost');
  });

  it('may distinguish upper from lower case, and takes the text as it is', async () => {
    const exact = await search({ q: 'Needle', case_sensitive: 'true' });
    expect(shown(exact.body.items)).toEqual([
      ['b.txt', null, 3, 'Needle'],
      ['c.ipynb', '0 intro markdown source', 1, 'Needle'],
      ['c.ipynb', '1 run code output', 1, 'Needle'],
    ]);
    expect((await search({ q: 'n..dle' })).body.total).toBe(0);
    expect((await search({ q: '-e' })).status).toBe(200);
    expect(shown((await search({ q: 'TWO "QUOTED" WÖRDS' })).body.items)).toEqual([
      ['c.ipynb', '0 intro markdown source', 2, 'two "quoted" wörds'],
    ]);
    expect(shown((await search({ q: 'größe' })).body.items)).toEqual([
      ['ascii.ipynb', '0 u code source', 1, 'größe'],
    ]);
  });

  it('shows 50 hits of a file and says that there are more', async () => {
    const { body } = await search({ q: 'straw', size: '100' });
    expect([body.total, body.is_incomplete]).toEqual([50, true]);
  });

  it('is of a ref, and unknown refs and texts that cannot be found are refused', async () => {
    const first = await client.ok('-C', 'here', 'rev-list', '--max-parents=0', 'HEAD');
    expect((await search({ q: 'needle', ref: first })).body.total).toBe(0);
    expect((await search({ q: 'needle', ref: 'nowhere' })).status).toBe(404);
    for (const q of ['', ' ', 'a\nb', 'x'.repeat(257), '\0']) {
      const { status, body } = await search({ q });
      expect([status, body.errors?.[0].loc]).toEqual([400, ['query', 'q']]);
    }
  });
});

it('a search of names finds paths', async () => {
  const { body } = await search({ q: 'NEEDLE', in: 'names' });
  expect(body.items).toEqual([
    expect.objectContaining({
      path: 'a/needle.txt',
      cell: null,
      line: null,
      match_start: 2,
      match_length: 6,
    }),
  ]);
});

it('pages after a cursor stay with their commit when the branch moves', async () => {
  const page = async (after?: string) => {
    const { data } = await at.graphql(
      `query($id: ID!, $after: ID) { space(slug: "demo") { workspace(id: $id) {
        search(q: "needle", first: 4, after: $after) {
          totalCount commitSha pageInfo { endCursor hasNextPage } nodes { path line } } } } }`,
      { id: demo.workspaceId, after },
    );
    return data.space.workspace.search;
  };
  const first = await page();
  await client.commit('here', 'aaa.txt', 'needle\n');
  await client.ok('-C', 'here', 'push', '-q');
  const second = await page(first.pageInfo.endCursor);
  const third = await page(second.pageInfo.endCursor);
  expect([first, second, third].map(({ commitSha, nodes }) => [commitSha, nodes.length])).toEqual([
    [commit, 4],
    [commit, 4],
    [commit, 1],
  ]);
  expect((await page()).nodes[0].path).toBe('aaa.txt');
  const foreign = Buffer.from(JSON.stringify(['f'.repeat(40), '1'])).toString('base64url');
  const { errors } = await at.graphql(
    `query($id: ID!, $after: ID) { space(slug: "demo") { workspace(id: $id) {
      search(q: "needle", after: $after) { totalCount } } } }`,
    { id: demo.workspaceId, after: foreign },
  );
  expect(errors?.[0].extensions.errors[0].path).toEqual(['after']);
});

it('needs the permission to view the workspace', async () => {
  const stranger = await makeUser(at, { role: 'viewer' });
  const { prisma } = at.gateway.services;
  await prisma.workspace.update({ where: { id: demo.workspaceId }, data: { visibility: 'private' } });
  const { status, body } = await search({ q: 'needle' }, stranger.token);
  await prisma.workspace.update({ where: { id: demo.workspaceId }, data: { visibility: 'space' } });
  expect([status, body.code]).toEqual([403, 'forbidden']);
});
