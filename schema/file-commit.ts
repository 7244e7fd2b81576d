import type { CommitResult } from '../src/files/commit-changes.js';
import {
  type CommittedFiles,
  commitFiles,
  type FileChangeInput as FileChange,
  maxChanges,
} from '../src/files/commit-files.js';
import { deleteFile } from '../src/files/delete-file.js';
import type { FileTarget } from '../src/files/file-target.js';
import { restoreNotebookVersion } from '../src/files/restore-notebook-version.js';
import { restoreVersion } from '../src/files/restore-version.js';
import { builder } from './builder.js';
import { SavedFileType } from './file.js';
import { CreateFileInput, RenameFileInput, SaveFileInput, writeArgs } from './file-inputs.js';

const MergedFile = builder.objectRef<CommittedFiles['mergedFiles'][number]>('MergedFile').implement({
  description: 'A save of a commit that was merged with what others saved since its base.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'The path that the save named.' }),
    sha: t.exposeString('sha', {
      description: 'The blob of the merged file, which is not what was sent: to be read, then a `baseSha`.',
    }),
  }),
});

/** The object type of what a change of files wrote. */
export const Commit = builder.objectRef<CommitResult | CommittedFiles>('Commit').implement({
  description: 'The commit that a change of files wrote.',
  fields: (t) => ({
    commitSha: t.exposeString('commitOid', {
      description: 'The new commit; the tip of the branch where nothing changed.',
    }),
    parentSha: t.exposeString('parentOid', { description: 'The commit before it.' }),
    changed: t.exposeBoolean('changed', {
      description: 'False when the branch had the requested content already, so that no commit was written.',
    }),
    mergedFiles: t.field({
      type: [MergedFile],
      extensions: { listSize: maxChanges },
      description:
        'The saves that were merged, in the order of the changes: `merge: auto` in `commitFiles`. Else empty.',
      resolve: (commit) => ('mergedFiles' in commit ? commit.mergedFiles : []),
    }),
  }),
});

const DeleteFileInput = builder.inputType('DeleteFileInput', {
  description: 'A file to delete; its versions stay.',
  fields: (t) => ({
    path: t.string({ required: true, description: 'Relative, `/`-separated; a file that exists.' }),
    branch: t.string({
      description: 'A branch that exists; default the branch of the workspace or repository.',
    }),
    baseSha: t.string({
      description:
        'The blob that the client read last; `base_sha_conflict` where the branch has another. Default: no check.',
    }),
    commitMessage: t.string({ description: 'Default `Delete PATH`.' }),
  }),
});

const RestoreVersionInput = builder.inputType('RestoreVersionInput', {
  description: 'A version to restore on its branch.',
  fields: (t) => ({
    versionId: t.id({ required: true, description: 'UUID of the version: `NotebookVersion.id`.' }),
    baseSha: t.string({
      description:
        'The blob that the client knows at the path; `base_sha_conflict` where the branch has another. Default: no check.',
    }),
    commitMessage: t.string({ description: 'Default `Restore PATH to COMMIT`.' }),
  }),
});

const FileChangeInput = builder.inputType('FileChangeInput', {
  description:
    'One change of several; exactly one member is given. Their own `branch` and message are ignored.',
  isOneOf: true,
  fields: (t) => ({
    create: t.field({
      type: CreateFileInput,
      description: 'Creates a file; fails with `file_exists` where the path is taken.',
    }),
    save: t.field({ type: SaveFileInput, description: 'Replaces the content of a file that exists.' }),
    rename: t.field({ type: RenameFileInput, description: 'Moves a file to another path.' }),
    delete: t.field({ type: DeleteFileInput, description: 'Deletes a file; its versions stay.' }),
  }),
});

const CommitFilesInput = builder.inputType('CommitFilesInput', {
  description: 'Several changes as one commit: all or none.',
  fields: (t) => ({
    branch: t.string({
      description: 'A branch that exists; default the branch of the workspace or repository.',
    }),
    changes: t.field({
      type: [FileChangeInput],
      required: true,
      description: '1 to 500, applied in order, each to the outcome of those before it.',
    }),
    commitMessage: t.string({
      required: true,
      description: 'The message of the commit, 1 to 10,000 characters.',
    }),
  }),
});

builder.mutationFields((t) => ({
  deleteFile: t.field({
    type: Commit,
    description: 'Deletes a file with one commit. Needs the scope `write` and `canEdit`.',
    args: {
      ...writeArgs,
      input: t.arg({
        type: DeleteFileInput,
        required: true,
        description: 'The path, and the blob that is expected there.',
      }),
    },
    resolve: (_root, args, { services, ctx }) =>
      deleteFile(services, ctx, args.spaceSlug, args.in as FileTarget, args.input),
  }),
  restoreVersion: t.field({
    type: SavedFileType,
    description: 'Restores a version on its branch, as a new commit. Needs the scope `write` and `canEdit`.',
    args: {
      ...writeArgs,
      input: t.arg({
        type: RestoreVersionInput,
        required: true,
        description: 'Which version, and over which blob.',
      }),
    },
    resolve: (_root, args, { services, ctx }) =>
      restoreVersion(services, ctx, args.spaceSlug, args.in as FileTarget, args.input),
  }),
  restoreNotebookVersion: t.field({
    type: SavedFileType,
    description:
      "Restores a version of a notebook on its branch, as a new commit. Needs the scope `write`, and `canEdit` over the notebook's repository.",
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      notebookId: t.arg.id({ required: true, description: 'UUID: the `notebookId` of the file.' }),
      input: t.arg({
        type: RestoreVersionInput,
        required: true,
        description: 'Which version, and over which blob.',
      }),
    },
    resolve: (_root, { spaceSlug, notebookId, input }, { services, ctx }) =>
      restoreNotebookVersion(services, ctx, spaceSlug, notebookId, input),
  }),
  commitFiles: t.field({
    type: Commit,
    description:
      'Applies several file changes as one commit. Saves with `merge: auto` are merged with what others saved since their ' +
      '`baseSha`; where one cannot be, nothing is written. Needs the scope `write` and `canEdit`.',
    args: {
      ...writeArgs,
      input: t.arg({
        type: CommitFilesInput,
        required: true,
        description: 'What to change; what is absent stays.',
      }),
    },
    resolve: (_root, args, { services, ctx }) =>
      commitFiles(services, ctx, args.spaceSlug, args.in as FileTarget, {
        ...args.input,
        changes: args.input.changes as FileChange[],
      }),
  }),
}));
