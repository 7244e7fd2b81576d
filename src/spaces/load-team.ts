import type { Team } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';
import { checkId } from '../validation/check-input.js';

/**
 * Loads a team for a change of its members. For space admins.
 * @throws DomainError `not_found` (space, team), `insufficient_scope`, `forbidden`
 */
export async function loadTeam(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  id: string,
): Promise<Team> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const where = { id: checkId(id, 'The team'), spaceId: space.id };
  const team = await services.prisma.team.findFirst({ where });
  if (!team) throw notFound('The team');
  return team;
}
