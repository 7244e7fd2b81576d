import {
  CommitWorkerFilesDocument,
  ListWorkerFilesDocument,
  ReadWorkerFileDocument,
} from '../generated/operations.js';
import { offsetOf } from '../payloads/lists.js';
import {
  commitWorkerFilesBody,
  listWorkerFilesQuery,
  readWorkerFileQuery,
} from '../payloads/worker-files.js';
import { type RestRoute, route } from '../route.js';

const tag = 'Workers';
const own = 'the worker must be your own unless you are a space admin';

/** The routes of the files that kernels write into the folders of workers. */
export const workerFileRoutes: RestRoute[] = [
  route({
    operationId: 'listWorkerFiles',
    tag,
    method: 'get',
    path: '/workers/:worker_id/files',
    summary: 'List the files of a worker and what its kernels did to them, sorted by path.',
    description:
      'The worker must be ready. `base_sha` is the blob that the gateway wrote from the branch. Symbolic links are not ' +
      'listed, and of a very large folder at most 10,000 files.',
    needs: { scope: 'read', permission: `\`can_view\`, and ${own}` },
    query: listWorkerFilesQuery,
    document: ListWorkerFilesDocument,
    variables: ({ space, param, query }) => ({
      space,
      id: param('worker_id'),
      changedOnly: query.changed_only,
      ...offsetOf(query),
    }),
    responds: { kind: 'page', at: 'space.worker.files' },
    errors: ['worker_not_live', 'runtime_unavailable'],
  }),
  route({
    operationId: 'readWorkerFile',
    tag,
    method: 'get',
    path: '/workers/:worker_id/raw-file',
    summary: 'Read the bytes of a file of a worker.',
    description:
      'The worker must be ready, and the file may have 64 MiB. One range of bytes can be asked for with `Range`; ' +
      'several are answered with the whole file.',
    needs: { scope: 'read', permission: `\`can_view\`, and ${own}` },
    query: readWorkerFileQuery,
    document: ReadWorkerFileDocument,
    variables: ({ space, param, query }) => ({ space, id: param('worker_id'), path: query.path }),
    responds: { kind: 'bytes', at: 'workerFileContent' },
    errors: [
      'invalid_path',
      'worker_not_live',
      'payload_too_large',
      'range_not_satisfiable',
      'overloaded',
      'runtime_unavailable',
    ],
  }),
  route({
    operationId: 'commitWorkerFiles',
    tag,
    method: 'post',
    path: '/workers/:worker_id/commit',
    summary: 'Commit files of a worker to its branch.',
    description:
      'One commit of the files as they are in the worker; a deleted file is deleted on the branch. A file that the branch ' +
      'has changed or deleted since it was written into the worker is a conflict, and nothing is committed. It is a 200 where the ' +
      'branch has the same files already, so that no commit was written. The files may have 64 MiB in total.',
    needs: { scope: 'write', permission: `\`can_edit\`, and ${own}` },
    body: commitWorkerFilesBody,
    document: CommitWorkerFilesDocument,
    variables: ({ space, param, body }) => ({
      space,
      id: param('worker_id'),
      input: { paths: body.paths, commitMessage: body.commit_message },
    }),
    responds: { kind: 'created', at: 'commitWorkerFiles', isNew: 'commitWorkerFiles.changed' },
    errors: [
      'branch_protected',
      'workspace_archived',
      'worker_not_live',
      'invalid_path',
      'invalid_notebook',
      'base_sha_conflict',
      'file_exists',
      'overloaded',
      'runtime_unavailable',
    ],
    repeats: 'commitWorkerFiles',
  }),
];
