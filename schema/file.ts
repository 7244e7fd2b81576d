import { createFile } from '../src/files/create-file.js';
import type { SavedFile } from '../src/files/describe-saved-file.js';
import { entityTag } from '../src/files/entity-tag.js';
import type { UnreadableContent } from '../src/files/file-content.js';
import type { FileSnapshot } from '../src/files/file-snapshot.js';
import type { FileTarget } from '../src/files/file-target.js';
import { loadFilePermissions } from '../src/files/load-file-permissions.js';
import { readFile } from '../src/files/read-file.js';
import { renameFile } from '../src/files/rename-file.js';
import { saveFile } from '../src/files/save-file.js';
import { builder } from './builder.js';
import { EffectivePermissions } from './effective-permissions.js';
import { FileKindEnum } from './enums.js';
import { CreateFileInput, RenameFileInput, SaveFileInput, writeArgs } from './file-inputs.js';
import { largeValue } from './large-value.js';
import { NotebookVersion } from './notebook-version.js';
import { Repository } from './repository.js';
import { Workspace } from './workspace.js';

const WorkspaceFile = builder.interfaceRef<FileSnapshot>('WorkspaceFile').implement({
  description:
    'A file at a ref, with its content: a `NotebookFile`, a `TextFile`, or without it an `UnreadableFile`.',
  resolveType: (file) =>
    'notebook' in file ? 'NotebookFile' : 'content' in file ? 'TextFile' : 'UnreadableFile',
  fields: (t) => ({
    kind: t.expose('kind', {
      type: FileKindEnum,
      description: 'The kind that its name and its bytes give it.',
    }),
    path: t.exposeString('path', { description: 'Relative, `/`-separated.' }),
    ref: t.exposeString('ref', { description: 'The ref that was asked for.' }),
    branch: t.exposeString('branch', { nullable: true, description: 'The branch, when the ref is one.' }),
    commitSha: t.exposeString('commitSha', { description: 'The last commit that changed the file.' }),
    sha: t.exposeString('sha', { description: 'The blob: what a save gives as `baseSha`.' }),
    etag: t.string({
      description:
        'The entity tag, which REST sends as `ETag`. It is the blob sha. If the path had the same blob before, in an earlier ' +
        'commit of the branch, a dot and a digest of the commit and the notebook id follow.',
      resolve: (file, _args, { services }) => entityTag(services, file),
    }),
    size: t.exposeInt('size', { description: 'Bytes as stored.' }),
    notebookId: t.exposeID('notebookId', {
      nullable: true,
      description:
        'Null for text files, and at a tag or commit outside of all branches, at a path that the default one never had.',
    }),
    repositoryId: t.id({
      description: 'UUID of the repository that holds it.',
      resolve: ({ repository }) => repository.id,
    }),
    workspaceId: t.id({
      nullable: true,
      description: 'The workspace that it was addressed through; null when it was addressed by repository.',
      resolve: ({ workspace }) => workspace?.id ?? null,
    }),
    effectivePermissions: t.field({
      type: EffectivePermissions,
      description: 'What the caller may do with it at this moment.',
      resolve: (file, _args, { services, ctx }) => loadFilePermissions(services, ctx, file),
    }),
  }),
});

builder.objectRef<Extract<FileSnapshot, { kind: 'notebook' }>>('NotebookFile').implement({
  description: 'A notebook, as Jupyter stores it.',
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
  description: 'A file of UTF-8 text that is no notebook, with its text.',
  interfaces: [WorkspaceFile],
  fields: (t) => ({ content: t.exposeString('content', { description: 'UTF-8 text.' }) }),
});

builder.objectRef<Extract<FileSnapshot, UnreadableContent>>('UnreadableFile').implement({
  description:
    'A renamed file that is neither UTF-8 text nor a valid notebook. A query of its content is `unreadable_file`.',
  interfaces: [WorkspaceFile],
});

/** What the mutations on one file return. */
export const SavedFileType = builder.objectRef<SavedFile>('SavedFile').implement({
  description: 'A file as it is after a write.',
  fields: (t) => ({
    file: t.field({
      type: WorkspaceFile,
      description: 'The file as the commit has it.',
      resolve: (saved) => saved.file,
    }),
    version: t.field({
      type: NotebookVersion,
      nullable: true,
      description: 'The version that was made; null when the bytes were the same already.',
      resolve: (saved) => saved.version,
    }),
    isMerged: t.exposeBoolean('isMerged', {
      description:
        'Whether it is what was sent, merged with what others saved meanwhile: `merge: auto` of `saveFile`.',
    }),
    repository: t.field({
      type: Repository,
      description: 'The repository that the commit was written to.',
      resolve: ({ file }) => file.repository,
    }),
  }),
});

const readArgs = builder.args((t) => ({
  path: t.string({ required: true, description: 'Relative, `/`-separated.' }),
  ref: t.string({
    description: 'A branch, tag or commit sha of 7 digits or more; default the default branch.',
  }),
  kind: t.field({ type: FileKindEnum, description: 'The kind that the path must have; default any.' }),
}));

builder.prismaObjectField(Workspace, 'file', (t) =>
  t.field({
    type: WorkspaceFile,
    description: "One file at a ref of the workspace's repository. Needs the scope `read`.",
    args: readArgs,
    select: { defaultRepository: true },
    resolve: ({ defaultRepository: repository, ...workspace }, args, context, info) =>
      largeValue(info, () => readFile(context.services, context.ctx, { repository, workspace }, args)),
  }),
);

builder.prismaObjectField(Repository, 'file', (t) =>
  t.field({
    type: WorkspaceFile,
    description: 'One file at a ref. Needs the scope `read`.',
    args: readArgs,
    resolve: (repository, args, context, info) =>
      largeValue(info, () => readFile(context.services, context.ctx, { repository, workspace: null }, args)),
  }),
);

builder.mutationFields((t) => ({
  createFile: t.field({
    type: SavedFileType,
    description: 'Creates a file with one commit. Needs the scope `write` and `canEdit`.',
    args: {
      ...writeArgs,
      input: t.arg({ type: CreateFileInput, required: true, description: 'The path and the content.' }),
    },
    resolve: (_root, args, { services, ctx }) =>
      createFile(services, ctx, args.spaceSlug, args.in as FileTarget, args.input),
  }),
  saveFile: t.field({
    type: SavedFileType,
    description:
      'Saves a file with one commit; the same bytes again make none. `base_sha_conflict` names the current sha, and says ' +
      'whether the two versions can be merged (`mergeable`): `merge: auto` does it.',
    args: {
      ...writeArgs,
      input: t.arg({
        type: SaveFileInput,
        required: true,
        description: 'The new content, and the blob that it replaces.',
      }),
    },
    resolve: (_root, args, { services, ctx }) =>
      saveFile(services, ctx, args.spaceSlug, args.in as FileTarget, args.input),
  }),
  renameFile: t.field({
    type: SavedFileType,
    description: 'Renames a file with one commit; its notebook id, links and versions follow.',
    args: {
      ...writeArgs,
      input: t.arg({ type: RenameFileInput, required: true, description: 'The old and the new path.' }),
    },
    resolve: (_root, args, { services, ctx }) =>
      renameFile(services, ctx, args.spaceSlug, args.in as FileTarget, args.input),
  }),
}));
