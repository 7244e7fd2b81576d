import { z } from 'zod';
import { pageQuery } from './lists.js';

type Kind = 'notebook' | 'text';

const kinds: Kind[] = ['notebook', 'text'];
const path = z.string().describe('Relative, `/`-separated.');
const ref = z.string().describe('A branch, tag or commit sha; default the default branch.');
const branch = z.string().nullish().describe('Default the default branch.');
const baseSha = z.string().nullish().describe('The blob last read: refuses to save over another.');
const commitMessage = z.string().nullish().describe('Default one that says what was done.');

/** What a file list is asked for. */
export const listFilesQuery = pageQuery(1000, 10_000).extend({
  ref: ref.optional(),
  kind: z.enum(['notebook', 'all']).optional().describe('`all` lists text files too; default `notebook`.'),
});

/** What a file is asked for by. */
export const readFileQuery = z.object({ path, ref: ref.optional() });

/** A new file; `only` is the kind that the path of the route is for. */
export function createFileBody(only: Kind | undefined) {
  return z.strictObject({
    path,
    branch,
    kind: z
      .enum(only ? [only] : kinds)
      .nullish()
      .describe('Must fit the path; default by its extension.'),
    notebook: z.looseObject({}).nullish().describe('Jupyter notebook JSON, for a notebook.'),
    content: z.string().nullish().describe('The text, for a text file.'),
    commit_message: commitMessage,
  });
}

/** A save of a file that exists; `only` as for {@link createFileBody}. */
export function saveFileBody(only: Kind | undefined) {
  return createFileBody(only).extend({ base_sha: baseSha });
}

/** A rename on one branch. */
export const renameFileBody = z.strictObject({
  path,
  new_path: z.string().describe('Where it shall be; the same kind of file.'),
  branch,
  base_sha: baseSha,
  commit_message: commitMessage,
});

/** The variables of a new file; `only` as for {@link createFileBody}. */
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

/** The variables of a save; `only` as for {@link createFileBody}. */
export function saveInput(body: z.infer<ReturnType<typeof saveFileBody>>, only: Kind | undefined) {
  return { ...createInput(body, only), baseSha: body.base_sha };
}
