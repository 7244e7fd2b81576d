import type { RequestContext, SpaceAccess } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError } from '../errors.js';
import { loadSpace } from './load-space.js';
import { requireScope } from './require-scope.js';

/** @throws DomainError `insufficient_scope` without the scope `admin`, `forbidden` when the caller is no platform admin */
export function requirePlatformAdmin(ctx: RequestContext): void {
  requireScope(ctx, 'admin');
  if (!ctx.actor.isPlatformAdmin) {
    throw new DomainError('forbidden', 'Only a platform admin may do this.');
  }
}

/**
 * Loads a space and checks that the caller is an admin of it; a platform admin is an admin of every space. Needs the scope
 * `admin`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadAdminSpace(
  services: PrismaService,
  ctx: RequestContext,
  slug: string,
): Promise<SpaceAccess> {
  const access = await loadSpace(services, ctx, slug);
  requireScope(ctx, 'admin');
  if (access.role !== 'admin') {
    throw new DomainError('forbidden', 'Only an admin of this space may do this.');
  }
  return access;
}
