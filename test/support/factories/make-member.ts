import type { SpaceRole } from '../../../prisma/generated/client/client.js';
import type { TestGateway } from '../gateway.js';
import { mutate } from './mutate.js';

/** Gives a user a role in a space, default `editor` in the demo space, in place of the role that they had. */
export async function makeMember(
  at: Pick<TestGateway, 'graphql'>,
  { userId, role = 'editor', space = 'demo' }: { userId: string; role?: SpaceRole; space?: string },
): Promise<void> {
  await mutate(
    at,
    `mutation($spaceSlug: String!, $userId: ID!, $role: SpaceRole!) {
      setSpaceMember(spaceSlug: $spaceSlug, userId: $userId, role: $role) { role } }`,
    { spaceSlug: space, userId, role },
  );
}
