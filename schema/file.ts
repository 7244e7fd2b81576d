import { loadSpaceById } from '../src/access/space-access.js';
import { filePermissionsIn } from '../src/files/file-permissions-in.js';
import type { FileSnapshot } from '../src/files/file-snapshot.js';
import type { FileTarget } from '../src/files/file-target.js';
import { type FileEntry, type FileList, listFiles } from '../src/files/list-files.js';
import { readFile } from '../src/files/read-file.js';
import { renameFile } from '../src/files/rename-file.js';
import { createFile, saveFile } from '../src/files/save-file.js';
import type { SavedFile } from '../src/files/written-file.js';
import { builder, type Context } from './builder.js';
import { EffectivePermissions } from './effective-permissions.js';
import { FileKindEnum } from './enums.js';
import { CreateFileInput, RenameFileInput, SaveFileInput, writeArgs } from './file-inputs.js';
import { NotebookVersion } from './notebook-version.js';
import { Repository } from './repository.js';
import { Workspace } from './workspace.js';

const WorkspaceFile = builder.interfaceRef<FileSnapshot>('WorkspaceFile').implement({
  description: 'A file at a ref, with its content: a `NotebookFile` or a `TextFile`.',
  resolveType: (file) => (file.kind === 'notebook' ? 'NotebookFile' : 'TextFile'),
  fields: (t) => ({
    kind: t.expose('kind', { type: FileKindEnum, description: 'By the extension.' }),
    path: t.exposeString('path', { description: 'Relative, `/`-separated.' }),
    ref: t.exposeString('ref', { description: 'The ref that was asked for.' }),
    branch: t.exposeString('branch', { nullable: true, description: 'The branch, when the ref is one.' }),
    commitSha: t.exposeString('commitSha', { description: 'The last commit that changed the file.' }),
    sha: t.exposeString('sha', { description: 'The blob: what a save gives as `baseSha`.' }),
    size: t.exposeInt('size', { description: 'Bytes as stored.' }),
    notebookId: t.exposeID('notebookId', {
      nullable: true,
      description:
        'Null for text files, and at a tag or commit outside of all branches, at a path that the default one never had.',
    }),
    repositoryId: t.exposeID('repositoryId', { description: 'The repository that holds it.' }),
    workspaceId: t.exposeID('workspaceId', {
      nullable: true,
      description: 'Null when addressed by repository.',
    }),
    effectivePermissions: t.field({
      type: EffectivePermissions,
      description: 'What the caller may do with it.',
      resolve: (file, _args, { services, ctx }) => filePermissionsIn(services, ctx, file),
    }),
  }),
});

builder.objectRef<Extract<FileSnapshot, { kind: 'notebook' }>>('NotebookFile').implement({
  description: 'A notebook.',
  interfaces: [WorkspaceFile],
  fields: (t) => ({
    notebook: t.field({
      type: 'JSON',
      description: 'Jupyter notebook JSON (nbformat 4), multi-line fields joined.',
      resolve: (file) => file.notebook,
    }),
  }),
});

builder.objectRef<Extract<FileSnapshot, { kind: 'text' }>>('TextFile').implement({
  description: 'A text file.',
  interfaces: [WorkspaceFile],
  fields: (t) => ({ content: t.exposeString('content', { description: 'UTF-8 text.' }) }),
});

const FileEntryType = builder.objectRef<FileEntry>('FileEntry').implement({
  description: 'A row of a file list.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Relative, `/`-separated.' }),
    name: t.exposeString('name', { description: 'The last segment of the path.' }),
    kind: t.expose('kind', { type: FileKindEnum, description: 'By the extension.' }),
    size: t.exposeInt('size', { description: 'Bytes as stored.' }),
    sha: t.exposeString('sha', { description: 'The blob.' }),
    notebookId: t.exposeID('notebookId', {
      nullable: true,
      description:
        'Null for text files, and at a tag or commit outside of all branches, at a path that the default one never had.',
    }),
    lastCommitSha: t.exposeString('lastCommitSha', { description: 'The last commit that changed the file.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When that commit was made.' }),
  }),
});

const FileListType = builder.objectRef<FileList>('FileList').implement({
  description: 'A part of a file list, sorted by path.',
  fields: (t) => ({
    nodes: t.field({ type: [FileEntryType], description: 'The rows.', resolve: (list) => list.entries }),
    totalCount: t.exposeInt('totalCount', { description: 'The length of the whole list.' }),
  }),
});

export const SavedFileType = builder.objectRef<SavedFile>('SavedFile').implement({
  description: 'A file as it is after a write.',
  fields: (t) => ({
    file: t.field({ type: WorkspaceFile, description: 'The file.', resolve: (saved) => saved.file }),
    version: t.field({
      type: NotebookVersion,
      nullable: true,
      description: 'The version that was made; null when the bytes were the same already.',
      resolve: (saved) => saved.version,
    }),
    repository: t.field({
      type: Repository,
      description: 'The repository that holds it.',
      resolve: ({ file }, _args, { services }) =>
        services.prisma.repository.findUniqueOrThrow({ where: { id: file.repositoryId } }),
    }),
  }),
});

const ListKind = builder.enumType('FileListKind', {
  description: 'Which files a list holds.',
  values: {
    notebook: { description: 'Notebooks only.' },
    all: { description: 'Text files too.' },
  },
});

const listArgs = builder.args((t) => ({
  ref: t.string({ description: 'A branch, tag or commit sha; default the default branch.' }),
  kind: t.field({ type: ListKind, description: 'Default `notebook`.' }),
  offset: t.int({ defaultValue: 0, description: 'How many rows to skip.' }),
  limit: t.int({ defaultValue: 1000, description: 'The most rows; 10000 at most.' }),
}));

const readArgs = builder.args((t) => ({
  path: t.string({ required: true, description: 'Relative, `/`-separated.' }),
  ref: t.string({ description: 'A branch, tag or commit sha; default the default branch.' }),
  kind: t.field({ type: FileKindEnum, description: 'The kind that the path must have; default any.' }),
}));

builder.prismaObjectFields(Workspace, (t) => ({
  files: t.field({
    type: FileListType,
    description: 'The files at a ref.',
    args: listArgs,
    resolve: async (workspace, args, ctx) =>
      list(ctx, await slugOf(ctx, workspace), { workspaceId: workspace.id }, args),
  }),
  file: t.field({
    type: WorkspaceFile,
    description: 'One file at a ref.',
    args: readArgs,
    resolve: async (workspace, args, ctx) =>
      readFile(ctx.services, ctx.ctx, await slugOf(ctx, workspace), { workspaceId: workspace.id }, args),
  }),
}));

builder.prismaObjectFields(Repository, (t) => ({
  files: t.field({
    type: FileListType,
    description: 'The files at a ref; needs `canView` in a workspace over the repository.',
    args: listArgs,
    resolve: async (repository, args, ctx) =>
      list(ctx, await slugOf(ctx, repository), { repositoryId: repository.id }, args),
  }),
  file: t.field({
    type: WorkspaceFile,
    description: 'One file at a ref; needs `canView` in a workspace over the repository.',
    args: readArgs,
    resolve: async (repository, args, ctx) =>
      readFile(ctx.services, ctx.ctx, await slugOf(ctx, repository), { repositoryId: repository.id }, args),
  }),
}));

async function slugOf(ctx: Context, { spaceId }: { spaceId: string }): Promise<string> {
  return (await loadSpaceById(ctx.services, ctx.ctx, spaceId)).space.slug;
}

const largestList = 10_000;

function list(
  ctx: Context,
  spaceSlug: string,
  target: FileTarget,
  args: Omit<Parameters<typeof listFiles>[3], 'offset' | 'limit'> & {
    offset?: number | null;
    limit?: number | null;
  },
): Promise<FileList> {
  const { offset, limit, ...rest } = args;
  return listFiles(ctx.services, ctx.ctx, spaceSlug, target, {
    ...rest,
    offset: offset ?? 0,
    limit: Math.min(limit ?? 1000, largestList),
  });
}

builder.mutationFields((t) => ({
  createFile: t.field({
    type: SavedFileType,
    description: 'Makes a file with one commit. Needs the scope `write` and `canEdit`.',
    args: {
      ...writeArgs,
      input: t.arg({ type: CreateFileInput, required: true, description: 'The file.' }),
    },
    resolve: (_root, args, { services, ctx }) =>
      createFile(services, ctx, args.spaceSlug, args.in as FileTarget, args.input),
  }),
  saveFile: t.field({
    type: SavedFileType,
    description:
      'Saves a file with one commit; the same bytes again make none. `base_sha_conflict` names the current sha.',
    args: {
      ...writeArgs,
      input: t.arg({ type: SaveFileInput, required: true, description: 'The save.' }),
    },
    resolve: (_root, args, { services, ctx }) =>
      saveFile(services, ctx, args.spaceSlug, args.in as FileTarget, args.input),
  }),
  renameFile: t.field({
    type: SavedFileType,
    description: 'Renames a file with one commit; its notebook id, links and versions follow.',
    args: {
      ...writeArgs,
      input: t.arg({ type: RenameFileInput, required: true, description: 'The rename.' }),
    },
    resolve: (_root, args, { services, ctx }) =>
      renameFile(services, ctx, args.spaceSlug, args.in as FileTarget, args.input),
  }),
}));
