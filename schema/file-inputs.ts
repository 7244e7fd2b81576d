import { builder } from './builder.js';
import { FileKindEnum } from './enums.js';

const FileAddress = builder.inputType('FileAddress', {
  description: 'How a file is addressed: through a workspace or through its repository.',
  isOneOf: true,
  fields: (t) => ({
    workspaceId: t.id({ description: 'The workspace.' }),
    repositoryId: t.id({ description: 'The repository.' }),
  }),
});

export const CreateFileInput = builder.inputType('CreateFileInput', {
  description: 'A new file.',
  fields: (t) => ({
    path: t.string({ required: true, description: 'Relative, `/`-separated; `.ipynb` makes it a notebook.' }),
    branch: t.string({ description: 'Default the default branch.' }),
    kind: t.field({ type: FileKindEnum, description: 'Must fit the path; default by its extension.' }),
    notebook: t.field({ type: 'JSON', description: 'Jupyter notebook JSON; default an empty notebook.' }),
    content: t.string({ description: 'The text of a text file.' }),
    commitMessage: t.string({ description: 'Default `Create PATH`.' }),
  }),
});

export const SaveFileInput = builder.inputType('SaveFileInput', {
  description: 'A save of a file that exists.',
  fields: (t) => ({
    path: t.string({ required: true, description: 'Relative, `/`-separated.' }),
    branch: t.string({ description: 'Default the default branch.' }),
    baseSha: t.string({
      description: 'The blob last read: refuses to save over another. Default unconditional.',
    }),
    kind: t.field({ type: FileKindEnum, description: 'Must fit the path; default by its extension.' }),
    notebook: t.field({ type: 'JSON', description: 'Jupyter notebook JSON, for a notebook.' }),
    content: t.string({ description: 'The text, for a text file.' }),
    commitMessage: t.string({ description: 'Default `Update PATH`.' }),
  }),
});

export const RenameFileInput = builder.inputType('RenameFileInput', {
  description: 'A rename on one branch.',
  fields: (t) => ({
    path: t.string({ required: true, description: 'Where the file is.' }),
    newPath: t.string({ required: true, description: 'Where it shall be; the same kind of file.' }),
    branch: t.string({ description: 'Default the default branch.' }),
    baseSha: t.string({ description: 'The blob last read. Default unconditional.' }),
    commitMessage: t.string({ description: 'Default `Rename A to B`.' }),
  }),
});

export const writeArgs = builder.args((t) => ({
  spaceSlug: t.string({ required: true, description: 'The space.' }),
  in: t.field({ type: FileAddress, required: true, description: 'The workspace or repository.' }),
}));
