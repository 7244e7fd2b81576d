import type { Team } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { loadAdminSpace } from '../access/require-admin.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { notFound } from '../errors.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { checkId } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';
import type { SpaceServices } from './space-services.js';

/**
 * Lists the teams of a space, newest first. For every member. Needs the scope `read`.
 * @throws DomainError `not_found`, `insufficient_scope`; thrown when the listing is read
 */
export function listTeams(services: PrismaService, ctx: RequestContext, spaceSlug: string): Listing<Team> {
  const where = async () => {
    requireScope(ctx, 'read');
    return { spaceId: (await loadSpace(services, ctx, spaceSlug)).space.id };
  };
  const { team } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => team.findMany(query),
    count: (query) => team.count(query),
  });
}

/**
 * Creates a team without members. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`
 */
export async function createTeam(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  name: string,
): Promise<Team> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const data = { spaceId: space.id, name: checkName(name) };
  return refuseDuplicate('name', () => services.prisma.team.create({ data }));
}

/**
 * Renames a team. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`
 */
export async function renameTeam(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  id: string,
  name: string,
): Promise<Team> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const where = { id: checkId(id, 'The team'), spaceId: space.id };
  const data = { name: checkName(name) };
  const [team] = await refuseDuplicate('name', () =>
    services.prisma.team.updateManyAndReturn({ where, data }),
  );
  if (!team) throw notFound('The team');
  return team;
}

/**
 * Deletes a team and its grants. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function deleteTeam(
  services: SpaceServices,
  ctx: RequestContext,
  spaceSlug: string,
  id: string,
): Promise<void> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const where = { id: checkId(id, 'The team'), spaceId: space.id };
  const shared = await services.prisma.$transaction(async (tx) => {
    const grants = await tx.workspaceGrant.findMany({
      where: { team: where },
      select: { workspaceId: true },
    });
    const { count } = await tx.team.deleteMany({ where });
    if (count === 0) throw notFound('The team');
    return grants;
  });
  ctx.spaces.clear();
  for (const { workspaceId } of shared) {
    publishWorkspaceChange(services.bus, { id: workspaceId, spaceId: space.id }, 'access_changed');
  }
}
