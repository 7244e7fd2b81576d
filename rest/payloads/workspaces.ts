import { z } from 'zod';
import { pageQuery, queryFlag } from './lists.js';

const visibility = z.enum(['space', 'private', 'shared']);

export const listWorkspacesQuery = pageQuery(20, 100).extend({ include_archived: queryFlag.optional() });

export const createWorkspaceBody = z.strictObject({
  name: z.string(),
  default_repository_id: z.string(),
  default_branch: z.string().nullish(),
  owner_user_id: z.string().nullish(),
  visibility: visibility.nullish(),
  authoring_query_connector_ids: z.array(z.string()).nullish(),
});

export const updateWorkspaceBody = z.strictObject({
  name: z.string().optional(),
  default_repository_id: z.string().optional(),
  default_branch: z.string().optional(),
  owner_user_id: z.string().optional(),
  visibility: visibility.optional(),
  authoring_query_connector_ids: z.array(z.string()).nullable().optional(),
});

/** What a GET answered beside the grants may be sent back and is ignored. */
export const workspaceAccessBody = z.strictObject({
  workspace_id: z.unknown().optional(),
  visibility: visibility.nullish(),
  owner_user_id: z.string().nullish(),
  grants: z.array(
    z.strictObject({
      id: z.unknown().optional(),
      principal_type: z.enum(['user', 'team']),
      principal_id: z.string(),
      access_level: z.enum(['view', 'manage']),
    }),
  ),
});
