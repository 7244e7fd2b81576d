import type { OperationExample } from '../operation-example.js';
import { exampleCommit } from './commits.js';
import { exampleIds } from './example-ids.js';

const params = { workspace_id: exampleIds.workspace };
const path = 'data/notes.txt';
const put = {
  path,
  branch: 'main',
  commit_sha: exampleCommit.parent_sha,
  sha: 'c59d9b6344f1af00e504ba698129f07a34bbed8d',
  size: 6,
  notebook_id: null,
};

/** Examples of the operations on files of any bytes. */
export const rawFileExamples: Record<string, OperationExample> = {
  putRawFile: { params, query: { path }, body: 'hello\n', status: 201, answer: put },
  readRawFile: { params, query: { path }, status: 200, answer: 'hello\n' },
};

/** The same bytes again, after the file was renamed: nothing is written. */
export const repeatedRawFileExamples: Record<string, OperationExample> = {
  putRawFile: {
    params,
    query: { path: 'data/words.txt' },
    body: 'hello\n',
    status: 200,
    answer: { ...put, path: 'data/words.txt', commit_sha: exampleCommit.commit_sha },
  },
};
