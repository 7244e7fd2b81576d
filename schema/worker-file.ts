import { readWorkerFileContent } from '../src/subscriptions/read-files.js';
import { commitWorkerFiles } from '../src/workers/commit-worker-files.js';
import type { WorkerFile } from '../src/workers/compare-files.js';
import { listWorkerFiles } from '../src/workers/list-worker-files.js';
import { builder } from './builder.js';
import { type Connection, connectionType, pageArgsOf, readPage } from './connection.js';
import { FileChunkType } from './file-chunk.js';
import { Commit } from './file-commit.js';
import { Worker } from './worker.js';

const WorkerFileStatus = builder.enumType('WorkerFileStatus', {
  description:
    'How a file in the folder of a worker differs from the one that the gateway wrote from the branch.',
  values: {
    unchanged: { description: 'It has the same bytes.' },
    modified: { description: 'It has other bytes.' },
    added: { description: 'The gateway did not write it.' },
    deleted: { description: 'It is not there any more, or something else is at its path.' },
  },
});

const WorkerFileType = builder.objectRef<WorkerFile>('WorkerFile').implement({
  description: 'A file in the folder of a worker.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Relative, `/`-separated.' }),
    size: t.exposeFloat('size', { nullable: true, description: 'Bytes; null for a deleted file.' }),
    sha: t.exposeString('sha', {
      nullable: true,
      description: 'The blob oid of its bytes; null for a deleted file, and for an added one.',
    }),
    baseSha: t.exposeString('baseSha', {
      nullable: true,
      description: 'The blob oid of the file that the gateway wrote from the branch; null for an added file.',
    }),
    status: t.expose('status', { type: WorkerFileStatus, description: 'What the kernels did to it.' }),
  }),
});

/** A page of the files, with a word on the whole list. */
interface WorkerFilePage extends Connection<WorkerFile> {
  isTruncated(): Promise<boolean>;
}

const WorkerFileConnection = connectionType('WorkerFile', WorkerFileType);

builder.objectField(WorkerFileConnection, 'isTruncated', (t) =>
  t.boolean({
    description:
      'Whether the worker has more than 10,000 files, or deeper folders than 32, which are not listed.',
    resolve: (page) => (page as WorkerFilePage).isTruncated(),
  }),
);

const pageSize = { defaultSize: 1000, maxSize: 10_000 };

builder.prismaObjectField(Worker, 'files', (t) =>
  t.field({
    type: WorkerFileConnection,
    description:
      'The files in the folder of a ready worker, sorted by path. For the user who started it and for space admins; ' +
      '`worker_not_live` for a worker that is not ready. Needs the scope `read`.',
    args: {
      changedOnly: t.arg.boolean({ description: 'Without the unchanged files; default false.' }),
      ...pageArgsOf(pageSize),
    },
    resolve: async (worker, { changedOnly, ...args }, { services, ctx }): Promise<WorkerFilePage> => {
      const list = listWorkerFiles(services, ctx, worker, { changedOnly: changedOnly ?? false });
      return { ...(await readPage(args, list, pageSize)), isTruncated: list.isTruncated };
    },
  }),
);

const spaceSlug = {
  required: true,
  description: 'The slug of the space; `not_found` where the caller is not a member.',
} as const;

builder.subscriptionField('workerFileContent', (t) =>
  t.field({
    type: FileChunkType,
    description:
      'Reads a file of a ready worker, of at most 64 MiB, part by part, and ends. For the user who started the worker and ' +
      'for space admins. Needs the scope `read`.',
    args: {
      spaceSlug: t.arg.string(spaceSlug),
      workerId: t.arg.id({ required: true, description: 'UUID of the worker.' }),
      path: t.arg.string({ required: true, description: 'Relative, `/`-separated.' }),
      start: t.arg.int({
        description: 'The first byte to read; a negative number counts from the end. Default 0.',
      }),
      length: t.arg.int({ description: 'The maximum number of bytes to read; default to the end.' }),
    },
    subscribe: (_root, { spaceSlug, workerId, ...range }, { services, ctx }) =>
      readWorkerFileContent(services, ctx, spaceSlug, workerId, range),
    resolve: (chunk) => chunk,
  }),
);

const CommitWorkerFilesInput = builder.inputType('CommitWorkerFilesInput', {
  description:
    'Files that kernels wrote into the folder of a worker, to be saved on its branch with one commit.',
  fields: (t) => ({
    paths: t.stringList({ required: true, description: '1 to 500 paths, also of deleted files.' }),
    commitMessage: t.string({ description: 'At most 10,000 characters; default one that names the number.' }),
  }),
});

builder.mutationField('commitWorkerFiles', (t) =>
  t.field({
    type: Commit,
    description:
      'Commits files of a worker as its kernels left them, with one commit on the branch of the worker. A file that the ' +
      'branch has changed meanwhile is a `base_sha_conflict`, and nothing is committed. At most 64 MiB in total. For ' +
      'the user who started the worker and for space admins; needs the scope `write` and `canEdit`.',
    args: {
      spaceSlug: t.arg.string(spaceSlug),
      workerId: t.arg.id({ required: true, description: 'UUID of the worker.' }),
      input: t.arg({
        type: CommitWorkerFilesInput,
        required: true,
        description: 'The paths, and the message of the commit.',
      }),
    },
    resolve: (_root, { spaceSlug, workerId, input }, { services, ctx }) =>
      commitWorkerFiles(services, ctx, spaceSlug, workerId, input),
  }),
);
