import { z } from 'zod';
import { pageQuery } from './lists.js';

const kind = z.enum(['notebook', 'text']);
const notebook = z.looseObject({});

export const listFilesQuery = pageQuery(1000, 10_000).extend({
  ref: z.string().optional(),
  kind: z.enum(['notebook', 'all']).optional(),
});

export const readFileQuery = z.object({ path: z.string(), ref: z.string().optional() });

export const createFileBody = z.strictObject({
  path: z.string(),
  branch: z.string().nullish(),
  kind: kind.nullish(),
  notebook: notebook.nullish(),
  content: z.string().nullish(),
  commit_message: z.string().nullish(),
});

export const saveFileBody = createFileBody.extend({ base_sha: z.string().nullish() });

export const renameFileBody = z.strictObject({
  path: z.string(),
  new_path: z.string(),
  branch: z.string().nullish(),
  base_sha: z.string().nullish(),
  commit_message: z.string().nullish(),
});
