import { afterAll, expect, it } from 'vitest';
import { NotebookThreads } from '../../../src/engines/nbformat/threads/notebook-threads.js';
import { mergeBlobs } from '../../../src/files/merge/merge-blobs.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';

const notebookThreads = new NotebookThreads();
afterAll(() => notebookThreads.close());

const printed = (mebibytes: number) => ({
  outputs: [{ output_type: 'stream', name: 'stdout', text: 'x'.repeat(mebibytes * 1024 * 1024) }],
});
const book = (...cells: object[]) => Buffer.from(JSON.stringify(codeNotebook(cells)));
const merge = (mebibytes: number) =>
  mergeBlobs({ notebookThreads }, { actor: { userId: 'u' } } as never, {
    ...{ path: 'a.ipynb', git: null as never, base: book() },
    ours: book(codeCell('ours', '1', printed(mebibytes))),
    theirs: book(codeCell('theirs', '2', printed(mebibytes))),
  });

it('a merged file of more than 64 MiB is not merged, as it could not be saved', async () => {
  expect((await merge(1)).bytes?.length).toBeGreaterThan(2 * 1024 * 1024);
  expect(await merge(33)).toEqual({ bytes: null, conflicts: [] });
});
