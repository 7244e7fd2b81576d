import { builder } from './builder.js';
import { FileKindEnum } from './enums.js';

const FileAddress = builder.inputType('FileAddress', {
  description: 'How a file is addressed: through a workspace or through its repository.',
  isOneOf: true,
  fields: (t) => ({
    workspaceId: t.id({ description: 'UUID of a workspace of the space.' }),
    repositoryId: t.id({ description: 'UUID of a repository of the space.' }),
  }),
});

const base64Text =
  'The bytes as base64, in place of the other two: any in `commitFiles`, else those of a text or a notebook.';

/** The input of `createFile`, and of a change of `commitFiles`. */
export const CreateFileInput = builder.inputType('CreateFileInput', {
  description: 'The path and the content of a new file, and how to commit it.',
  fields: (t) => ({
    path: t.string({ required: true, description: 'Relative, `/`-separated; `.ipynb` makes it a notebook.' }),
    branch: t.string({
      description: 'A branch that exists; default the branch of the workspace or repository.',
    }),
    kind: t.field({ type: FileKindEnum, description: 'Must fit the path; default by its extension.' }),
    notebook: t.field({ type: 'JSON', description: 'Jupyter notebook JSON; default an empty notebook.' }),
    content: t.string({ description: 'The text of a text file.' }),
    contentBase64: t.string({ description: base64Text }),
    commitMessage: t.string({ description: 'Default `Create PATH`.' }),
  }),
});

const SaveMerge = builder.enumType('SaveMerge', {
  description: 'What happens to a save when others saved the file since its base.',
  values: {
    auto: {
      description:
        'Both are merged, a notebook by its cells and a text by its lines, and the outcome is saved. Where both changed the ' +
        'same: `base_sha_conflict`.',
    },
  },
});

/** The input of `saveFile`, and of a change of `commitFiles`. */
export const SaveFileInput = builder.inputType('SaveFileInput', {
  description: 'New contents of a file that exists. `createFile` makes a new one.',
  fields: (t) => ({
    path: t.string({ required: true, description: 'Relative, `/`-separated.' }),
    branch: t.string({
      description: 'A branch that exists; default the branch of the workspace or repository.',
    }),
    baseSha: t.string({
      description:
        'The blob that the client read last; `base_sha_conflict` where the branch has another. Default: no check.',
    }),
    kind: t.field({ type: FileKindEnum, description: 'Must fit the path; default by its extension.' }),
    notebook: t.field({ type: 'JSON', description: 'Jupyter notebook JSON, for a notebook.' }),
    content: t.string({ description: 'The text, for a text file.' }),
    contentBase64: t.string({ description: base64Text }),
    commitMessage: t.string({ description: 'Default `Update PATH`.' }),
    merge: t.field({
      type: SaveMerge,
      description:
        'What happens where the branch has another blob than `baseSha`, which it needs; default `base_sha_conflict`.',
    }),
  }),
});

/** The input of `renameFile`, and of a change of `commitFiles`. */
export const RenameFileInput = builder.inputType('RenameFileInput', {
  description: 'A rename on one branch.',
  fields: (t) => ({
    path: t.string({ required: true, description: 'Relative, `/`-separated; a file that exists.' }),
    newPath: t.string({
      required: true,
      description:
        'Relative, `/`-separated; must not exist, and must keep the extension `.ipynb` or its absence.',
    }),
    branch: t.string({
      description: 'A branch that exists; default the branch of the workspace or repository.',
    }),
    baseSha: t.string({
      description:
        'The blob that the client read last; `base_sha_conflict` where the branch has another. Default: no check.',
    }),
    commitMessage: t.string({ description: 'Default `Rename A to B`.' }),
  }),
});

/** The arguments that say which files a mutation writes to. */
export const writeArgs = builder.args((t) => ({
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  in: t.field({ type: FileAddress, required: true, description: 'The workspace or repository.' }),
}));
