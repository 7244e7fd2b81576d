import type { OperationExample } from '../operation-example.js';
import { exampleIds } from './example-ids.js';

const readmeText =
  '# Demo\n\nA workspace to try things out in. Everything here is a file in a Git repository: change it, save it, run it.\n';
const readme = {
  path: 'README.md',
  size: 117,
  sha: '4e6bd9c2d0f3a1b7c8e5d6f7a8b9c0d1e2f3a4b5',
  base_sha: '4e6bd9c2d0f3a1b7c8e5d6f7a8b9c0d1e2f3a4b5',
  status: 'unchanged',
};
const commit = {
  params: { worker_id: exampleIds.worker },
  body: { paths: ['notebooks/answer.txt'], commit_message: 'Keep the answer' },
};
const exampleCommit = '9b1f0c5e7d3a2b4c6e8f1a3b5c7d9e0f2a4b6c8d';

/** Examples of the operations on the files of a worker. */
export const workerFileExamples: Record<string, OperationExample> = {
  listWorkerFiles: {
    params: { worker_id: exampleIds.worker },
    query: { size: '1' },
    status: 200,
    answer: { items: [readme], total: 6, page: 1, size: 1 },
  },
  readWorkerFile: {
    params: { worker_id: exampleIds.worker },
    query: { path: readme.path },
    status: 200,
    answer: readmeText,
  },
};

/** What a run has written is committed. */
export const workerCommitExamples: Record<string, OperationExample> = {
  commitWorkerFiles: {
    ...commit,
    status: 201,
    answer: {
      commit_sha: exampleCommit,
      parent_sha: '5a3c1e9d7b2f4a6c8e0d1b3f5a7c9e2d4b6f8a0c',
      changed: true,
    },
  },
};

/** The same again: the branch has it already. */
export const repeatedWorkerCommitExamples: Record<string, OperationExample> = {
  commitWorkerFiles: {
    ...commit,
    status: 200,
    answer: { commit_sha: exampleCommit, parent_sha: exampleCommit, changed: false },
  },
};
