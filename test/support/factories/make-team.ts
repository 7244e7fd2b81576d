import type { TestGateway } from '../gateway.js';
import { mutate, uniqueName } from './mutate.js';

/** Creates a team in a space, by default the demo space and without members. */
export async function makeTeam(
  at: Pick<TestGateway, 'graphql'>,
  {
    name = uniqueName('team'),
    space = 'demo',
    userIds = [],
  }: { name?: string; space?: string; userIds?: string[] } = {},
): Promise<{ id: string }> {
  const team = await mutate(
    at,
    'mutation($spaceSlug: String!, $name: String!) { createTeam(spaceSlug: $spaceSlug, name: $name) { id } }',
    { spaceSlug: space, name },
  );
  for (const userId of userIds) {
    await mutate(
      at,
      `mutation($spaceSlug: String!, $teamId: ID!, $userId: ID!) {
        addTeamMember(spaceSlug: $spaceSlug, teamId: $teamId, userId: $userId) { id } }`,
      { spaceSlug: space, teamId: team.id, userId },
    );
  }
  return team;
}
