import { z } from 'zod';
import { pageQuery, queryFlag } from './lists.js';
import { idText, refText, text } from './texts.js';
import { ofKind } from './value-checks.js';

const visibility = z
  .enum(['space', 'private', 'shared'])
  .describe(
    'Who can view it: every member of the space, only the owner, or the owner and everybody with a grant.',
  );
const name = text(
  'A name for people: 1 to 200 characters without the spaces around it.',
  { minLength: 1, maxLength: 200 },
  'name',
);
const repository = idText('A repository of this space that you may edit.', 'repository');
const branch = refText("The branch of its files; default: the repository's default branch.", 'branch');
const owner = idText('A member of the space; default: you.', 'owner');
const connectors = ofKind(
  'connectors',
  z
    .array(ofKind('connector', z.string()))
    .meta({ maxItems: 100, description: 'The ids of query connectors of this space.' }),
);

const grant = z.strictObject({
  id: z.unknown().optional().describe('Ignored: a GET answers it.'),
  principal_type: z.enum(['user', 'team']).describe('Whether the grant is for a user or a team.'),
  principal_id: idText('The user or team, of this space.', 'principal'),
  access_level: z.enum(['view', 'manage']).describe('What the grant allows; `manage` includes `view`.'),
});

/** Which workspaces are listed. */
export const listWorkspacesQuery = pageQuery(20, 100).extend({
  include_archived: queryFlag.optional().describe('Lists archived workspaces too; default: `false`.'),
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

/** Changes of a workspace; what is absent stays. */
export const updateWorkspaceBody = z.strictObject({
  name: name.optional(),
  default_repository_id: repository.optional(),
  default_branch: branch.optional(),
  owner_user_id: owner.optional(),
  visibility: visibility.optional(),
  authoring_query_connector_ids: connectors.nullable().optional(),
});

/** The sharing of a workspace. What a GET answers beside it may be sent back and is ignored. */
export const workspaceAccessBody = z.strictObject({
  workspace_id: z.unknown().optional().describe('Ignored: a GET answers it.'),
  visibility: visibility.nullish(),
  owner_user_id: owner.nullish(),
  grants: ofKind(
    'grants',
    z
      .array(grant)
      .meta({ maxItems: 500, description: 'All grants; they count while the visibility is `shared`.' }),
  ),
});
