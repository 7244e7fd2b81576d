import { z } from 'zod';
import { pageQuery } from './lists.js';

/** A new link. */
export const createLinkBody = z.strictObject({
  target_type: z.enum(['product', 'analysis', 'repository', 'use_case']).describe('What it is.'),
  target_id: z.string().describe('Its id; it must be of the same space.'),
});

/** Which versions are listed. */
export const listVersionsQuery = pageQuery(20, 100).extend({
  branch: z.string().optional().describe("Default the repository's default branch."),
});
