import type { Space, SpaceRole } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { notFound } from '../errors.js';

/** The caller's standing in one space. */
export interface SpaceAccess {
  space: Space;
  role: SpaceRole;
  /** The caller's teams in this space. */
  teamIds: string[];
}

/**
 * Loads a space with the caller's standing in it, once per request.
 * @throws DomainError `not_found`, alike for a space that does not exist and one the caller is no member of
 */
export function loadSpace(ctx: RequestContext, slug: string): Promise<SpaceAccess> {
  return load(ctx, `slug:${slug}`, { slug });
}

/** {@link loadSpace} by id, for resources that lead back to their space. */
export function loadSpaceById(ctx: RequestContext, id: string): Promise<SpaceAccess> {
  return load(ctx, `id:${id}`, { id });
}

async function load(
  ctx: RequestContext,
  key: string,
  where: { slug: string } | { id: string },
): Promise<SpaceAccess> {
  let access = ctx.spaces.get(key);
  if (!access) {
    access = find(ctx, where);
    ctx.spaces.set(key, access);
  }
  const found = await access;
  if (!found) throw notFound('The space');
  return found;
}

async function find(
  ctx: RequestContext,
  where: { slug: string } | { id: string },
): Promise<SpaceAccess | null> {
  const { userId, isPlatformAdmin } = ctx.actor;
  const space = await ctx.services.prisma.space.findUnique({
    where,
    include: {
      members: { where: { userId } },
      teams: { where: { members: { some: { userId } } }, select: { id: true } },
    },
  });
  const role = isPlatformAdmin ? 'admin' : space?.members[0]?.role;
  if (!space || !role) return null;
  const { members: _members, teams, ...rest } = space;
  return { space: rest, role, teamIds: teams.map((team) => team.id) };
}
