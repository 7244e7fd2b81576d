import type { Team, User } from '../../prisma/generated/client/client.js';
import { loadSpaceById } from '../access/load-space.js';
import { loadAdminSpace } from '../access/require-admin.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { invalidField, notFound } from '../errors.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { checkId } from '../validation/check-input.js';
import { isUuid } from '../validation/validate.js';

/**
 * Lists the members of a team, newest user first. For every member of the space. Needs the scope `read`.
 * @throws DomainError `not_found`, `insufficient_scope`; thrown when the listing is read
 */
export function listTeamMembers(services: PrismaService, ctx: RequestContext, team: Team): Listing<User> {
  const where = async () => {
    requireScope(ctx, 'read');
    await loadSpaceById(services, ctx, team.spaceId);
    return { teams: { some: { teamId: team.id } } };
  };
  const { user } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => user.findMany(query),
    count: (query) => user.count(query),
  });
}

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

async function loadTeam(
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
