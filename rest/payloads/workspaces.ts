import { z } from 'zod';
import { pageQuery, queryFlag } from './lists.js';

const visibility = z
  .enum(['space', 'private', 'shared'])
  .describe('Who can view it: every member, the owner, or the owner and whoever has a grant.');
const name = z.string().describe('1 to 200 characters.');
const repository = z.string().describe('A repository of this space that you may edit.');
const branch = z.string().describe("Default the repository's default branch.");
const owner = z.string().describe('A member of the space.');
const connectors = z.array(z.string()).describe('Connectors of this space.');

/** Which workspaces are listed. */
export const listWorkspacesQuery = pageQuery(20, 100).extend({
  include_archived: queryFlag.optional().describe('Archived ones too.'),
});

/** A new workspace. */
export const createWorkspaceBody = z.strictObject({
  name,
  default_repository_id: repository,
  default_branch: branch.nullish(),
  owner_user_id: owner.nullish(),
  visibility: visibility.nullish(),
  authoring_query_connector_ids: connectors.nullish(),
});

/** Changes; what is absent stays. */
export const updateWorkspaceBody = z.strictObject({
  name: name.optional(),
  default_repository_id: repository.optional(),
  default_branch: branch.optional(),
  owner_user_id: owner.optional(),
  visibility: visibility.optional(),
  authoring_query_connector_ids: connectors.nullable().optional(),
});

/** What a GET answered beside the grants may be sent back and is ignored. */
export const workspaceAccessBody = z.strictObject({
  workspace_id: z.unknown().optional().describe('Ignored.'),
  visibility: visibility.nullish(),
  owner_user_id: owner.nullish(),
  grants: z
    .array(
      z.strictObject({
        id: z.unknown().optional().describe('Ignored.'),
        principal_type: z.enum(['user', 'team']).describe('Who gets it.'),
        principal_id: z.string().describe('Of this space.'),
        access_level: z.enum(['view', 'manage']).describe('What it gives.'),
      }),
    )
    .describe('The grants that are kept; they count while the visibility is `shared`.'),
});
