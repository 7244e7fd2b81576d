import { type FolderEntry, listFolder } from '../src/files/list-folder.js';
import { loadRepositoryRow } from '../src/repositories/load-repository-row.js';
import { builder } from './builder.js';
import { connectionType, pageArgsOf, readPage } from './connection.js';
import { Workspace } from './workspace.js';

const FolderEntryKind = builder.enumType('FolderEntryKind', {
  description: 'The kind of an entry: a folder, or one of the kinds of files.',
  values: {
    folder: { description: 'A folder with at least one file below it.' },
    notebook: { description: 'A file that ends in `.ipynb`.' },
    text: { description: 'A file of UTF-8 text; over 1 MiB judged by its beginning.' },
    binary: { description: 'Any other file.' },
  },
});

const FolderEntryType = builder.objectRef<FolderEntry>('FolderEntry').implement({
  description: 'A file or a folder that is directly in a folder.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The last segment of the path.' }),
    path: t.exposeString('path', { description: 'Relative to the root, `/`-separated.' }),
    kind: t.expose('kind', {
      type: FolderEntryKind,
      description: 'Whether it is a folder, else the kind of file.',
    }),
    size: t.exposeInt('size', { nullable: true, description: 'Bytes as stored; null for a folder.' }),
    sha: t.exposeString('sha', { description: 'The oid of the blob; of a folder that of its tree.' }),
  }),
});

const FolderEntryConnection = connectionType('FolderEntry', FolderEntryType);

const pageSize = { defaultSize: 1000, maxSize: 10_000 };

builder.prismaObjectField(Workspace, 'folder', (t) =>
  t.field({
    type: FolderEntryConnection,
    description:
      'The files and folders directly in a folder at a ref, in the order of Git: by name, a folder as if its name ended in a ' +
      'slash. Symbolic links and submodules are left out. Needs the scope `read`.',
    args: {
      path: t.arg.string({
        description: 'Relative, `/`-separated, without a slash at its end; default the root.',
      }),
      ref: t.arg.string({
        description: 'A branch, tag or commit sha of 7 digits or more; default the default branch.',
      }),
      ...pageArgsOf(pageSize),
    },
    resolve: async (workspace, args, { services, ctx }) => {
      const repository = await loadRepositoryRow(services, ctx, workspace.defaultRepositoryId);
      return readPage(args, listFolder(services, ctx, { repository, workspace }, args), pageSize);
    },
  }),
);
