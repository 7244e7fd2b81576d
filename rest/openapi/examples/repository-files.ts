import type { OperationExample } from '../operation-example.js';
import { type ExampleFile, listEntry, oneCell, readAnswer, savedAnswer } from './example-files.js';
import { exampleIds } from './example-ids.js';
import { emptyNotebook } from './report.js';

const saved: ExampleFile = {
  path: 'notebooks/rates.ipynb',
  commit: '263a3baca20345a497f462fbd9380a60043fd8b6',
  sha: '440fb82e343c97abf51ce2a7bcfe7c8f975872af',
  size: 382,
  notebookId: exampleIds.repositoryNotebook,
  content: { kind: 'notebook', notebook: oneCell('rates = [0.03, 0.02]') },
};
const created: ExampleFile = {
  ...saved,
  commit: '37381ecb6b5ab45611a0e0569feac98dbea70d81',
  ...emptyNotebook,
};
const params = { repository_id: exampleIds.repository };

/** Examples of the operations on the notebooks of a repository. */
export const repositoryFileExamples: Record<string, OperationExample> = {
  createRepositoryNotebook: {
    params,
    body: { path: created.path },
    status: 201,
    answer: savedAnswer(created, null, {
      id: 'c1257948-e2d7-5bff-9589-ce1e0cd2b679',
      message: 'Create notebooks/rates.ipynb',
    }),
  },
  saveRepositoryNotebook: {
    params,
    body: { path: saved.path, notebook: oneCell('rates = [0.03, 0.02]'), base_sha: created.sha },
    status: 200,
    answer: savedAnswer(saved, null, {
      id: 'e5dfb43b-8387-500d-b1d6-82d70f880ac0',
      message: 'Update notebooks/rates.ipynb',
    }),
  },
  readRepositoryNotebook: {
    params,
    query: { path: saved.path, ref: 'main' },
    status: 200,
    answer: readAnswer(saved, null),
  },
  listRepositoryFiles: {
    params,
    query: { kind: 'notebook', size: '1' },
    status: 200,
    answer: { items: [listEntry(saved)], total: 3, page: 1, size: 1 },
  },
};
