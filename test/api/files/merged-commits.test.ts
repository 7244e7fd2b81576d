import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

let at: TestGateway;
let count = 0;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const workspace = `/workspaces/${demo.workspaceId}`;
const cells = ['a', 'b', 'c'].map((id) => codeCell(id, `${id} = 1`));
const withSource = (index: number, source: string) =>
  codeNotebook(cells.with(index, { ...cells[index]!, source }));
const text = 'one\ntwo\nthree\nfour\nfive\n';
const commit = (...changes: object[]) =>
  at.rest('POST', `${workspace}/commits`, { body: { changes, commit_message: 'x' } });
const read = async (path: string) =>
  (await at.rest('GET', `${workspace}/authoring-file?${new URLSearchParams({ path })}`)).body;
const sources = ({ notebook }: any) => notebook.cells.map(({ source }: any) => source);
const tip = async () => (await at.gateway.services.git.repository(demo.repositoryId)).resolveBranch('main');

/** A notebook and a text that somebody changed since they were read. */
async function changedMeanwhile() {
  const [book, note] = [`merged-${count}.ipynb`, `merged-${count++}.txt`];
  await commit(
    { create: { path: book, notebook: codeNotebook(cells) } },
    { create: { path: note, content: text } },
  );
  const bases = { book: (await read(book)).sha, note: (await read(note)).sha };
  await commit(
    { save: { path: book, notebook: withSource(0, 'a = 2') } },
    { save: { path: note, content: text.replace('one', '1') } },
  );
  return {
    ...{ book, note, bases },
    saveBook: (index: number, source: string, more: object = { merge: 'auto' }) => ({
      save: { path: book, notebook: withSource(index, source), base_sha: bases.book, ...more },
    }),
    saveNote: (content: string, more: object = { merge: 'auto' }) => ({
      save: { path: note, content, base_sha: bases.note, ...more },
    }),
  };
}

it('several saves in one commit are merged, and the answer names those that were', async () => {
  const { book, note, saveBook, saveNote } = await changedMeanwhile();
  const before = await tip();
  const { status, body } = await commit(
    saveBook(2, 'c = 3'),
    { create: { path: `beside-${note}`, content: 'x' } },
    saveNote(text.replace('five', '5')),
  );
  expect([status, body.parent_sha, await tip()]).toEqual([201, before, body.commit_sha]);
  const [mergedBook, mergedNote] = [await read(book), await read(note)];
  expect(body.merged_files).toEqual([
    { path: book, sha: mergedBook.sha },
    { path: note, sha: mergedNote.sha },
  ]);
  expect(sources(mergedBook)).toEqual(['a = 2', 'b = 1', 'c = 3']);
  expect(mergedNote.content).toBe('1\ntwo\nthree\nfour\n5\n');
});

it('a save whose base is the current blob is not merged', async () => {
  const { note, saveNote } = await changedMeanwhile();
  const { sha } = await read(note);
  const { status, body } = await commit(saveNote('new\n', { merge: 'auto', base_sha: sha }));
  expect([status, body.merged_files]).toEqual([201, []]);
  expect((await read(note)).content).toBe('new\n');
});

it('nothing is written where one of them cannot be merged, and the conflict names its cells', async () => {
  const { book, bases, saveBook, saveNote } = await changedMeanwhile();
  const before = await tip();
  for (const more of [{ merge: 'auto' }, {}]) {
    const changes = [saveBook(0, 'a = 3', more), saveNote(text.replace('five', '5'))];
    expect(await commit(...changes)).toMatchObject({
      status: 409,
      body: {
        code: 'base_sha_conflict',
        path: book,
        base_sha: bases.book,
        current_sha: (await read(book)).sha,
        mergeable: false,
        conflicts: [{ cell_id: 'a', part: 'source' }],
      },
    });
  }
  const refused = await commit(saveNote(text.replace('five', '5')), saveBook(0, 'a = 3'));
  expect(refused).toMatchObject({ status: 409, body: { path: book, mergeable: false } });
  expect(await tip()).toBe(before);
});

it('a refused save says that a merge is possible, and the same commit with merge does it', async () => {
  const { saveBook } = await changedMeanwhile();
  expect(await commit(saveBook(2, 'c = 3', {}))).toMatchObject({
    status: 409,
    body: { code: 'base_sha_conflict', mergeable: true },
  });
  expect((await commit(saveBook(2, 'c = 3'))).status).toBe(201);
});

it('a save after a rename in the same commit is merged with what the old path has', async () => {
  const { book, bases } = await changedMeanwhile();
  const path = `renamed-${book}`;
  const save = { path, notebook: withSource(2, 'c = 3'), base_sha: bases.book, merge: 'auto' };
  const { status, body } = await commit({ rename: { path: book, new_path: path } }, { save });
  const file = await read(path);
  expect([status, body.merged_files]).toEqual([201, [{ path, sha: file.sha }]]);
  expect(sources(file)).toEqual(['a = 2', 'b = 1', 'c = 3']);
});

it('a file that changes again while it is merged is merged again', async () => {
  const { note, saveNote } = await changedMeanwhile();
  const { git } = at.gateway.services;
  const repository = await git.repository(demo.repositoryId);
  const opening = vi.spyOn(git, 'repository').mockResolvedValue(repository);
  const reading = vi.spyOn(repository, 'readBlob').mockImplementationOnce(async (sha) => {
    reading.mockRestore();
    expect((await commit({ save: { path: note, content: text.replace('one', 'uno') } })).status).toBe(201);
    return repository.readBlob(sha);
  });
  const { status, body } = await commit(saveNote(text.replace('five', '5')));
  opening.mockRestore();
  const { sha, content } = await read(note);
  expect([status, body.merged_files, content]).toEqual([
    201,
    [{ path: note, sha }],
    'uno\ntwo\nthree\nfour\n5\n',
  ]);
});

it('people who commit two files at the same time with a merge all keep their cells', async () => {
  const { book, note, bases } = await changedMeanwhile();
  const answers = await Promise.all(
    Array.from({ length: 4 }, (_, n) =>
      commit(
        {
          save: {
            path: book,
            notebook: codeNotebook([...cells, codeCell(`new-${n}`, `${n}`)]),
            base_sha: bases.book,
            merge: 'auto',
          },
        },
        { create: { path: `${n}-${note}`, content: '' } },
      ),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  expect(sources(await read(book)).toSorted()).toEqual(['0', '1', '2', '3', 'a = 2', 'b = 1', 'c = 1']);
});

it('a merge without a base is a 400 that names it', async () => {
  const { saveNote } = await changedMeanwhile();
  const answer = await commit(saveNote('x'), saveNote('x', { merge: 'auto', base_sha: undefined }));
  expect(answer).toMatchObject({
    status: 400,
    body: { errors: [{ loc: ['body', 'changes', 1, 'save', 'base_sha'], type: 'missing' }] },
  });
});

it('GraphQL answers the merged files too', async () => {
  const { note, bases } = await changedMeanwhile();
  const save = { path: note, content: text.replace('five', '5'), baseSha: bases.note, merge: 'auto' };
  const { data, errors } = await at.graphql(
    `mutation($input: CommitFilesInput!) {
      commitFiles(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: $input) {
        changed mergedFiles { path sha } } }`,
    { input: { commitMessage: 'x', changes: [{ save }] } },
  );
  const { sha } = await read(note);
  expect(errors).toBeUndefined();
  expect(data.commitFiles).toEqual({ changed: true, mergedFiles: [{ path: note, sha }] });
});
