import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { DomainError } from '../../../src/errors.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const file = `/workspaces/${demo.workspaceId}/authoring-file`;
const create = async (body: object) => (await at.rest('POST', `${file}s`, { body })).body;
const save = (body: object) => at.rest('PUT', file, { body });
const big = { outputs: [{ output_type: 'stream', name: 'stdout', text: 'x'.repeat(20_000) }] };
const cells = ['a', 'b', 'c'].map((id) => codeCell(id, `${id} = 1`, big));
const withSource = (at: number, source: string) => codeNotebook(cells.with(at, { ...cells[at]!, source }));

describe('a save of a notebook that somebody else has saved', () => {
  it('says that a merge is possible, and merges on demand', async () => {
    const path = 'merged.ipynb';
    const { sha } = await create({ path, notebook: codeNotebook(cells) });
    const other = (await save({ path, notebook: withSource(0, 'a = 2'), base_sha: sha })).body;
    const body = { path, notebook: withSource(2, 'c = 3'), base_sha: sha };

    const refused = await save(body);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'base_sha_conflict', mergeable: true, base_sha: sha, current_sha: other.sha },
    });
    const merged = await save({ ...body, merge: 'auto' });
    expect(merged).toMatchObject({ status: 200, body: { is_merged: true, version: { path } } });
    const sources = ({ notebook }: any) => notebook.cells.map(({ source }: any) => source);
    expect(sources(merged.body)).toEqual(['a = 2', 'b = 1', 'c = 3']);
    expect(merged.headers.get('etag')).toBe(`"${merged.body.sha}"`);
    const read = await at.rest('GET', `${file}?path=${path}`);
    expect(read.body).toMatchObject({ sha: merged.body.sha, notebook: merged.body.notebook });
    expect(await save({ path, notebook: merged.body.notebook, base_sha: merged.body.sha })).toMatchObject({
      body: { version: null },
    });
    expect(other).not.toHaveProperty('is_merged');
  });

  it('names the cells that both changed, and writes nothing', async () => {
    const path = 'conflict.ipynb';
    const { sha } = await create({ path, notebook: codeNotebook(cells) });
    const other = (await save({ path, notebook: withSource(1, 'b = 2'), base_sha: sha })).body;
    const body = { path, notebook: withSource(1, 'b = 3'), base_sha: sha };
    for (const merge of [undefined, 'auto'])
      expect(await save({ ...body, merge })).toMatchObject({
        status: 409,
        body: {
          mergeable: false,
          current_sha: other.sha,
          conflicts: [
            { cell_id: 'b', base_index: 1, ours_index: 1, theirs_index: 1, part: 'source', path: [] },
          ],
        },
      });
    expect((await at.rest('GET', `${file}?path=${path}`)).body.sha).toBe(other.sha);
  });
});

describe('a save of a text file that somebody else has saved', () => {
  const text = 'one\ntwo\nthree\nfour\nfive\n';

  it('is merged by lines', async () => {
    const path = 'merged.txt';
    const { sha } = await create({ path, content: text });
    await save({ path, content: text.replace('one', '1'), base_sha: sha });
    const merged = await save({ path, content: text.replace('five', '5'), base_sha: sha, merge: 'auto' });
    expect(merged).toMatchObject({
      status: 200,
      body: { content: '1\ntwo\nthree\nfour\n5\n', is_merged: true },
    });
  });

  it('is refused where both changed the same lines, and where the base is unknown or no text', async () => {
    const path = 'conflict.txt';
    const { sha } = await create({ path, content: text });
    await save({ path, content: text.replace('one', '1'), base_sha: sha });
    for (const base_sha of [sha, '1'.repeat(40)]) {
      const answer = await save({ path, content: text.replace('one', 'uno'), base_sha, merge: 'auto' });
      expect(answer).toMatchObject({
        status: 409,
        body: { code: 'base_sha_conflict', mergeable: false, base_sha },
      });
      expect(answer.body).not.toHaveProperty('conflicts');
    }
  });

  it('is a conflict where the file is gone', async () => {
    const path = 'gone.txt';
    const { sha } = await create({ path, content: text });
    await at.rest('DELETE', `${file}?path=${path}`);
    expect((await save({ path, content: 'x', base_sha: sha, merge: 'auto' })).status).toBe(404);
  });
});

it('four people who save at the same time with a merge all keep their cells', async () => {
  const path = 'together.ipynb';
  const { sha } = await create({ path, notebook: codeNotebook(cells) });
  const saved = await Promise.all(
    Array.from({ length: 4 }, (_, n) =>
      save({
        path,
        notebook: codeNotebook([...cells, codeCell(`new-${n}`, `${n}`)]),
        base_sha: sha,
        merge: 'auto',
      }),
    ),
  );
  expect(saved.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const { body } = await at.rest('GET', `${file}?path=${path}`);
  const ids = body.notebook.cells.map(({ id }: { id: string }) => id);
  expect(ids.toSorted()).toEqual(['a', 'b', 'c', 'new-0', 'new-1', 'new-2', 'new-3']);
});

describe('a save that is merged while somebody restores its base', () => {
  const [base, ours] = ['one\ntwo\nthree\nfour\nfive\n', 'one\ntwo\nthree\nfour\n5\n'];

  it('is written as it is', async () => {
    const path = 'restored.txt';
    const { sha } = await create({ path, content: base });
    await save({ path, content: base.replace('one', '1'), base_sha: sha });
    const { git } = at.gateway.services;
    const repository = await git.repository(demo.repositoryId);
    const opening = vi.spyOn(git, 'repository').mockResolvedValue(repository);
    const reading = vi.spyOn(repository, 'readBlob').mockImplementationOnce(async (oid) => {
      reading.mockRestore();
      expect((await save({ path, content: base })).status).toBe(200);
      return repository.readBlob(oid);
    });
    const { status, body } = await save({ path, content: ours, base_sha: sha, merge: 'auto' });
    opening.mockRestore();
    expect([status, body.content, body.is_merged ?? false]).toEqual([200, ours, false]);
    expect((await at.rest('GET', `${file}?path=${path}`)).body.content).toBe(ours);
  });
});

it('a merge whose answer cannot be made is refused before it is written', async () => {
  const path = 'answer.ipynb';
  const long = { outputs: [{ output_type: 'stream', name: 'stdout', text: 'x'.repeat(600_000) }] };
  const large = codeCell('large', '1', long);
  const { sha } = await create({ path, notebook: codeNotebook([large]) });
  const first = await save({ path, notebook: codeNotebook([codeCell('a', ''), large]), base_sha: sha });
  const body = {
    path,
    notebook: codeNotebook([large, codeCell('b', '')]),
    base_sha: sha,
    merge: 'auto',
  };
  const { notebookThreads } = at.gateway.services;
  const read = vi.spyOn(notebookThreads, 'read').mockImplementation(() => {
    throw new DomainError('rate_limited', 'Too many.', { retryAfterSeconds: 1 });
  });
  const refused = await save(body);
  read.mockRestore();
  expect(refused.status).toBe(429);
  expect((await at.rest('GET', `${file}?path=${path}`)).body.sha).toBe(first.body.sha);
  expect(await save(body)).toMatchObject({ status: 200, body: { is_merged: true } });
});

it('a merge without a base is a 400 that names it', async () => {
  const answer = await save({ path: demo.notebookPath, notebook: codeNotebook([]), merge: 'auto' });
  expect(answer).toMatchObject({
    status: 400,
    body: { errors: [{ loc: ['body', 'base_sha'], type: 'missing' }] },
  });
});
