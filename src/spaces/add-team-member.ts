import type { Team } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { invalidField } from '../errors.js';
import { isUuid } from '../validation/validate.js';
import { loadTeam } from './load-team.js';

/**
 * Adds a member of the space to a team; idempotent. For space admins.
 * @throws DomainError `not_found` (space, team), `insufficient_scope`, `forbidden`, `invalid_request` for a user who is
 *   not a member of the space
 */
export async function addTeamMember(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  teamId: string,
  userId: string,
): Promise<Team> {
  const team = await loadTeam(services, ctx, spaceSlug, teamId);
  const noMember = invalidField('userId', 'is not a member of this space', 'unknown');
  if (!isUuid(userId)) throw noMember;
  await services.prisma.$transaction(async (tx) => {
    // FOR SHARE: neither the membership nor the team can be deleted before the write.
    const found = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM "SpaceMember" m JOIN "Team" t ON t."spaceId" = m."spaceId"
      WHERE t."id" = ${team.id}::uuid AND m."userId" = ${userId}::uuid FOR SHARE`;
    if (found.length === 0) throw noMember;
    await tx.teamMember.createMany({ data: { teamId: team.id, userId }, skipDuplicates: true });
  });
  ctx.spaces.clear();
  return team;
}
