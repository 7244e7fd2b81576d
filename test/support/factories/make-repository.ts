import type { RepositoryKind } from '../../../prisma/generated/client/client.js';
import type { TestGateway } from '../gateway.js';
import { mutate, uniqueName } from './mutate.js';

/** Creates a repository with its first commit in a space, by default the demo space and without a remote. */
export function makeRepository(
  at: Pick<TestGateway, 'graphql'>,
  overrides: {
    name?: string;
    kind?: RepositoryKind;
    defaultBranch?: string;
    remote?: { url: string; [setting: string]: unknown };
    space?: string;
  } = {},
): Promise<{ id: string; name: string }> {
  const { space = 'demo', ...input } = overrides;
  return mutate(
    at,
    `mutation($spaceSlug: String!, $input: CreateRepositoryInput!) {
      createRepository(spaceSlug: $spaceSlug, input: $input) { id name } }`,
    { spaceSlug: space, input: { name: uniqueName('repository'), kind: 'project', ...input } },
  );
}
