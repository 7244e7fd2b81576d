import type { OperationExample } from '../operation-example.js';
import { exampleIds } from './example-ids.js';

const params = { workspace_id: exampleIds.workspace };
const changes = [
  { create: { path: 'data/logo.bin', content_base64: '/wD+' } },
  { rename: { path: 'data/notes.txt', new_path: 'data/words.txt' } },
];
const removal = { branch: 'main', changes: [{ save: { path: 'data/logo.bin', content_base64: '/wD+' } }] };

/** The commit of the example, whose parent put `data/notes.txt` there. */
export const exampleCommit = {
  commit_sha: '2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e',
  parent_sha: '0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e',
  changed: true,
};
const merged_files: object[] = [];

/** The example of a commit of several files. */
export const commitExamples: Record<string, OperationExample> = {
  commitFiles: {
    params,
    body: { changes, commit_message: 'Add a logo' },
    status: 201,
    answer: { ...exampleCommit, merged_files },
  },
};

/** A commit that changes nothing. */
export const repeatedCommitExamples: Record<string, OperationExample> = {
  commitFiles: {
    params,
    body: removal,
    status: 200,
    answer: {
      commit_sha: exampleCommit.commit_sha,
      parent_sha: exampleCommit.commit_sha,
      changed: false,
      merged_files,
    },
  },
};
