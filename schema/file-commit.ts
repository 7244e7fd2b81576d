import type { CommitResult } from '../src/files/commit-changes.js';
import { commitFiles, type FileChangeInput as FileChange } from '../src/files/commit-files.js';
import { deleteFile } from '../src/files/delete-file.js';
import type { FileTarget } from '../src/files/file-target.js';
import { restoreVersion } from '../src/files/restore-version.js';
import { builder } from './builder.js';
import { SavedFileType } from './file.js';
import { CreateFileInput, RenameFileInput, SaveFileInput, writeArgs } from './file-inputs.js';

const Commit = builder.objectRef<CommitResult>('Commit').implement({
  description: 'What a change of files made of a branch.',
  fields: (t) => ({
    commitSha: t.exposeString('commitOid', {
      description: 'The new commit, or the tip where nothing changed.',
    }),
    parentSha: t.exposeString('parentOid', { description: 'The commit before it.' }),
    changed: t.exposeBoolean('changed', { description: 'False when all was as asked already.' }),
  }),
});

const DeleteFileInput = builder.inputType('DeleteFileInput', {
  description: 'A file to delete; its versions stay.',
  fields: (t) => ({
    path: t.string({ required: true, description: 'Where the file is.' }),
    branch: t.string({ description: 'Default the default branch.' }),
    baseSha: t.string({ description: 'The blob last read. Default unconditional.' }),
    commitMessage: t.string({ description: 'Default `Delete PATH`.' }),
  }),
});

const RestoreVersionInput = builder.inputType('RestoreVersionInput', {
  description: 'A version to make current again, on its branch.',
  fields: (t) => ({
    versionId: t.id({ required: true, description: 'The version.' }),
    baseSha: t.string({ description: 'The blob that is there now. Default unconditional.' }),
    commitMessage: t.string({ description: 'Default `Restore PATH to COMMIT`.' }),
  }),
});

const FileChangeInput = builder.inputType('FileChangeInput', {
  description:
    'One change of several; exactly one member is given. Their own `branch` and message are ignored.',
  isOneOf: true,
  fields: (t) => ({
    create: t.field({ type: CreateFileInput, description: 'A new file.' }),
    save: t.field({ type: SaveFileInput, description: 'New content.' }),
    rename: t.field({ type: RenameFileInput, description: 'Another path.' }),
    delete: t.field({ type: DeleteFileInput, description: 'Away with it.' }),
  }),
});

const CommitFilesInput = builder.inputType('CommitFilesInput', {
  description: 'Several changes as one commit: all or none.',
  fields: (t) => ({
    branch: t.string({ description: 'Default the default branch.' }),
    changes: t.field({
      type: [FileChangeInput],
      required: true,
      description: '1 to 500, applied in order, each to the outcome of those before it.',
    }),
    commitMessage: t.string({ required: true, description: 'What the commit says.' }),
  }),
});

builder.mutationFields((t) => ({
  deleteFile: t.field({
    type: Commit,
    description: 'Deletes a file with one commit. Needs the scope `write` and `canEdit`.',
    args: { ...writeArgs, input: t.arg({ type: DeleteFileInput, required: true, description: 'The file.' }) },
    resolve: (_root, args, { services, ctx }) =>
      deleteFile(services, ctx, args.spaceSlug, args.in as FileTarget, args.input),
  }),
  restoreVersion: t.field({
    type: SavedFileType,
    description: 'Makes a version current again, as a new commit. Needs the scope `write` and `canEdit`.',
    args: {
      ...writeArgs,
      input: t.arg({ type: RestoreVersionInput, required: true, description: 'The version.' }),
    },
    resolve: (_root, args, { services, ctx }) =>
      restoreVersion(services, ctx, args.spaceSlug, args.in as FileTarget, args.input),
  }),
  commitFiles: t.field({
    type: Commit,
    description: 'Applies several file changes as one commit. Needs the scope `write` and `canEdit`.',
    args: {
      ...writeArgs,
      input: t.arg({ type: CommitFilesInput, required: true, description: 'The changes.' }),
    },
    resolve: (_root, args, { services, ctx }) =>
      commitFiles(services, ctx, args.spaceSlug, args.in as FileTarget, {
        ...args.input,
        changes: args.input.changes as FileChange[],
      }),
  }),
}));
