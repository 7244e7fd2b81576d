import { z } from 'zod';
import type { OwnFault } from './describe-issue.js';
import { pageQuery } from './lists.js';
import { baseShaText, commitMessageText, pathText, readRefText, refText, text } from './texts.js';

type Kind = 'notebook' | 'text';

const kinds: [Kind, Kind] = ['notebook', 'text'];
const aboutPath = 'The path in the repository, relative and separated by `/`, e.g. `notebooks/a.ipynb`.';
const existingPath = pathText(aboutPath, 'readPath');
const branchText = refText('The branch to write to; default: the default branch.', 'branch');
const branch = branchText.nullish();
const baseSha = baseShaText.nullish();
const commitMessage = commitMessageText.nullish();

/** Which files are listed. */
export const listFilesQuery = pageQuery(1000, 10_000).extend({
  ref: readRefText.optional(),
  kind: z
    .enum(['notebook', 'all'])
    .optional()
    .describe('`notebook` lists notebooks only, `all` also text and binary files; default: `notebook`.'),
});

/** Which file is read. */
export const readFileQuery = z.object({ path: existingPath, ref: readRefText.optional() });

/** A new file. @param only the one kind of file that the route takes */
export function createFileBody(only: Kind | undefined) {
  return z.strictObject({
    path: pathText(aboutPath, 'newPath'),
    branch,
    kind: z
      .enum(kinds)
      .refine((kind) => !only || kind === only, {
        message: `must be ${JSON.stringify(only)} on this path`,
        params: { code: 'invalid_path', type: 'kind_mismatch' } satisfies OwnFault,
      })
      .meta({
        enum: only ? [only] : kinds,
        description: 'The kind of file; it must fit the extension of the path. Default: by the extension.',
      })
      .nullish(),
    notebook: z
      .unknown()
      .meta({
        type: ['object', 'null'],
        description: 'The notebook as Jupyter JSON, where the path ends in `.ipynb`.',
      })
      .optional(),
    content: text('The text of a text file.').nullish(),
    commit_message: commitMessage,
  });
}

/** A save of a file that exists. @param only the one kind of file that the route takes */
export function saveFileBody(only: Kind | undefined) {
  return createFileBody(only).extend({
    path: existingPath,
    base_sha: baseSha,
    merge: z
      .enum(['auto'])
      .nullish()
      .describe(
        'With `auto`, what others saved since `base_sha` is merged with what is sent, and the outcome is saved. It needs a ' +
          '`base_sha` or `If-Match`. Default: the save is refused.',
      ),
  });
}

/** Which file is deleted, and how it is committed. */
export const deleteFileQuery = z.object({
  path: existingPath,
  branch: branchText.optional(),
  base_sha: baseShaText.optional(),
  commit_message: commitMessageText.optional(),
});

/** A rename on one branch. */
export const renameFileBody = z.strictObject({
  path: existingPath,
  new_path: pathText('The new path; it must have an extension of the same kind.', 'newPath'),
  branch,
  base_sha: baseSha,
  commit_message: commitMessage,
});

/** The input of `createFile`. @param only the one kind of file that the route takes */
export function createInput(body: z.infer<ReturnType<typeof createFileBody>>, only: Kind | undefined) {
  return {
    path: body.path,
    branch: body.branch,
    kind: body.kind ?? only,
    notebook: body.notebook,
    content: body.content,
    commitMessage: body.commit_message,
  };
}

/** The input of `saveFile`. @param only as for {@link createInput} */
export function saveInput(body: z.infer<ReturnType<typeof saveFileBody>>, only: Kind | undefined) {
  return { ...createInput(body, only), baseSha: body.base_sha, merge: body.merge };
}

/** Which file gets the bytes of the body, and how it is committed. */
export const putFileQuery = z.object({
  path: existingPath,
  branch: branchText.optional(),
  base_sha: baseShaText.optional(),
  commit_message: commitMessageText.optional(),
});
