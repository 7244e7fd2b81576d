import { z } from 'zod';
import { pageQuery, queryFlag } from './lists.js';

export const visibility = z.enum(['space', 'private', 'shared']);

export const listWorkspacesQuery = pageQuery(20, 100).extend({ include_archived: queryFlag.optional() });

export const createWorkspaceBody = z.strictObject({
  name: z.string(),
  default_repository_id: z.string(),
  default_branch: z.string().nullish(),
  owner_user_id: z.string().nullish(),
  visibility: visibility.nullish(),
  authoring_query_connector_ids: z.array(z.string()).nullish(),
});
