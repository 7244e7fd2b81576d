import { z } from 'zod';
import { createFileBody, renameFileBody, saveFileBody } from './files.js';
import { baseShaText, commitMessageText, pathText, refText, text } from './texts.js';
import { ofKind } from './value-checks.js';

const content_base64 = text(
  'The bytes of the file as base64, in place of `notebook` and `content`; those of a notebook must be valid.',
).nullish();
const mergeText = z
  .enum(['auto'])
  .nullish()
  .describe(
    'With `auto`, what others saved since `base_sha`, which it needs, is merged with what is sent. Default: the commit is refused.',
  );
const ofCommit = { branch: true, commit_message: true } as const;

const change = z
  .strictObject({
    create: createFileBody(undefined).omit(ofCommit).extend({ content_base64 }).optional(),
    save: saveFileBody(undefined).omit(ofCommit).extend({ content_base64, merge: mergeText }).optional(),
    rename: renameFileBody.omit(ofCommit).optional(),
    delete: z
      .strictObject({
        path: pathText('The path of the file.', 'readPath'),
        base_sha: baseShaText.nullish(),
      })
      .optional(),
  })
  .refine(
    (one) => Object.values(one).filter((member) => member !== undefined).length === 1,
    'must have one of create, save, rename and delete',
  );

/** Several changes of files for one commit. */
export const commitFilesBody = z.strictObject({
  branch: refText('The branch to write to; default: the default branch.', 'branch').nullish(),
  changes: ofKind(
    'changes',
    z.array(change).meta({
      minItems: 1,
      maxItems: 500,
      description:
        'The changes, applied in order, each to the result of those before it. Each has one of `create`, `save`, `rename` and ' +
        '`delete`.',
    }),
  ),
  commit_message: commitMessageText.nullish(),
});

type Change = z.infer<typeof change>;

/** The input of `commitFiles`: each change in camelCase, with the one member that the body gave. */
export function commitInput({ branch, changes, commit_message }: z.infer<typeof commitFilesBody>) {
  return { branch, changes: changes.map(changeInput), commitMessage: commit_message ?? '' };
}

function changeInput({ create, save, rename, delete: gone }: Change) {
  if (create) return { create: contentInput(create) };
  if (save) return { save: { ...contentInput(save), baseSha: save.base_sha, merge: save.merge } };
  if (rename) return { rename: { path: rename.path, newPath: rename.new_path, baseSha: rename.base_sha } };
  return { delete: { path: gone!.path, baseSha: gone!.base_sha } };
}

function contentInput({ path, kind, notebook, content, content_base64 }: NonNullable<Change['create']>) {
  return { path, kind, notebook, content, contentBase64: content_base64 };
}
