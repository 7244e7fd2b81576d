import type { Visibility } from '../../../prisma/generated/client/client.js';
import { demo } from '../../../prisma/seed.js';
import type { TestGateway } from '../gateway.js';
import { mutate, uniqueName } from './mutate.js';

/**
 * Creates a workspace, by default over the demo repository, `private` and owned by the caller.
 * @param overrides.token of the caller; the platform admin's by default
 * @example `const { id } = await makeWorkspace(at, { visibility: 'shared', token: owner.token })`
 */
export function makeWorkspace(
  at: Pick<TestGateway, 'graphql'>,
  overrides: {
    name?: string;
    defaultRepositoryId?: string;
    defaultBranch?: string;
    ownerUserId?: string;
    visibility?: Visibility;
    authoringQueryConnectorIds?: string[];
    space?: string;
    token?: string;
  } = {},
): Promise<{ id: string; name: string }> {
  const { space = demo.slug, token, ...input } = overrides;
  return mutate(
    at,
    `mutation($spaceSlug: String!, $input: CreateWorkspaceInput!) {
      createWorkspace(spaceSlug: $spaceSlug, input: $input) { id name } }`,
    {
      spaceSlug: space,
      input: { name: uniqueName('workspace'), defaultRepositoryId: demo.repositoryId, ...input },
    },
    token,
  );
}
