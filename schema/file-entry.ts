import { type FileEntry, listFiles } from '../src/files/list-files.js';
import { loadRepositoryRow } from '../src/repositories/load-repository-row.js';
import { builder } from './builder.js';
import { connectionType, pageArgsOf, readPage } from './connection.js';
import { FileKindEnum } from './enums.js';
import { Repository } from './repository.js';
import { Workspace } from './workspace.js';

const FileEntryType = builder.objectRef<FileEntry>('FileEntry').implement({
  description: 'A row of a file list.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Relative, `/`-separated.' }),
    name: t.exposeString('name', { description: 'The last segment of the path.' }),
    kind: t.expose('kind', {
      type: FileKindEnum,
      description: 'What the file is; over 1 MiB judged by its beginning.',
    }),
    size: t.exposeInt('size', { description: 'Bytes as stored.' }),
    sha: t.exposeString('sha', { description: 'The oid of the blob.' }),
    notebookId: t.exposeID('notebookId', {
      nullable: true,
      description:
        'Null for text files, and at a tag or commit outside of all branches, at a path that the default branch never had.',
    }),
    lastCommitSha: t.exposeString('lastCommitSha', { description: 'The last commit that changed the file.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'The committer date of that commit.',
    }),
  }),
});

const FileEntryConnection = connectionType('FileEntry', FileEntryType);

const ListKind = builder.enumType('FileListKind', {
  description: 'Which files a list holds.',
  values: {
    notebook: { description: 'Files whose name ends in `.ipynb`, also those that are not valid.' },
    all: { description: 'Notebooks, text and binary files.' },
  },
});

const pageSize = { defaultSize: 1000, maxSize: 10_000 };

const listArgs = builder.args((t) => ({
  ref: t.string({
    description: 'A branch, tag or commit sha of 7 digits or more; default the default branch.',
  }),
  kind: t.field({ type: ListKind, description: 'Default `notebook`.' }),
}));

builder.prismaObjectField(Workspace, 'files', (t) =>
  t.field({
    type: FileEntryConnection,
    description: "The files at a ref of the workspace's repository, sorted by path. Needs the scope `read`.",
    args: { ...listArgs, ...pageArgsOf(pageSize) },
    resolve: async (workspace, args, { services, ctx }) => {
      const repository = await loadRepositoryRow(services, ctx, workspace.defaultRepositoryId);
      return readPage(args, listFiles(services, ctx, { repository, workspace }, args), pageSize);
    },
  }),
);

builder.prismaObjectField(Repository, 'files', (t) =>
  t.field({
    type: FileEntryConnection,
    description: 'The files at a ref, sorted by path. Needs the scope `read`.',
    args: { ...listArgs, ...pageArgsOf(pageSize) },
    resolve: (repository, args, { services, ctx }) =>
      readPage(args, listFiles(services, ctx, { repository, workspace: null }, args), pageSize),
  }),
);
