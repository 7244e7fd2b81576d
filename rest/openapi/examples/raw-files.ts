import type { OperationExample } from '../operation-example.js';
import { exampleIds } from './example-ids.js';

const params = { workspace_id: exampleIds.workspace };
const path = 'data/notes.txt';
const put = {
  path,
  branch: 'main',
  commit_sha: '0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e',
  sha: 'c59d9b6344f1af00e504ba698129f07a34bbed8d',
  size: 6,
  notebook_id: null,
};
const changes = [
  { create: { path: 'data/logo.bin', content_base64: '/wD+' } },
  { rename: { path, new_path: 'data/words.txt' } },
];
const commit = {
  commit_sha: '2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e',
  parent_sha: put.commit_sha,
  changed: true,
};
const removal = { branch: 'main', changes: [{ save: { path: 'data/logo.bin', content_base64: '/wD+' } }] };

/** Examples of the operations on files of any bytes, and of commits with several files. */
export const rawFileExamples: Record<string, OperationExample> = {
  putRawFile: { params, query: { path }, body: 'hello\n', status: 201, answer: put },
  readRawFile: { params, query: { path }, status: 200, answer: 'hello\n' },
  commitFiles: {
    params,
    body: { changes, commit_message: 'Add a logo' },
    status: 201,
    answer: commit,
  },
};

/** The same requests again: nothing is written. */
export const repeatedFileExamples: Record<string, OperationExample> = {
  putRawFile: {
    params,
    query: { path: 'data/words.txt' },
    body: 'hello\n',
    status: 200,
    answer: { ...put, path: 'data/words.txt', commit_sha: commit.commit_sha },
  },
  commitFiles: {
    params,
    body: removal,
    status: 200,
    answer: { commit_sha: commit.commit_sha, parent_sha: commit.commit_sha, changed: false },
  },
};
