import { z } from 'zod';
import { pageQuery } from './lists.js';
import { baseShaText, commitMessageText, idText, refText } from './texts.js';

/** A new link. */
export const createLinkBody = z.strictObject({
  target_type: z.enum(['product', 'analysis', 'repository', 'use_case']).describe('The type of the target.'),
  target_id: idText(
    'The id of the target, in the same space; a repository must be one that you may view.',
    'linkTarget',
  ),
});

/** Which versions are listed. */
export const listVersionsQuery = pageQuery(20, 100).extend({
  branch: refText(
    "The branch of the versions; default: the repository's default branch.",
    'branch',
  ).optional(),
});

/** How a version is restored. */
export const restoreVersionBody = z.strictObject({
  base_sha: baseShaText.nullish(),
  commit_message: commitMessageText.nullish(),
});
