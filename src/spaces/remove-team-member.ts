import type { Team } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';
import { checkId } from '../validation/check-input.js';
import { loadTeam } from './load-team.js';

/**
 * Removes a user from a team. For space admins.
 * @throws DomainError `not_found` (space, team, member), `insufficient_scope`, `forbidden`
 */
export async function removeTeamMember(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  teamId: string,
  userId: string,
): Promise<Team> {
  const team = await loadTeam(services, ctx, spaceSlug, teamId);
  const where = { teamId: team.id, userId: checkId(userId, 'The member') };
  const { count } = await services.prisma.teamMember.deleteMany({ where });
  if (count === 0) throw notFound('The member');
  ctx.spaces.clear();
  return team;
}
