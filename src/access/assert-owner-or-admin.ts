import type { RequestContext, SpaceAccess } from '../context.js';
import { DomainError } from '../errors.js';

/**
 * Checks that the caller may change a worker or session: as the user who started it, or as an admin of its space.
 * @param loaded.access the caller's access to the space of the worker or session
 * @param owned.userId the user who started it
 * @throws DomainError `forbidden` for everybody else
 */
export function assertOwnerOrAdmin(
  ctx: RequestContext,
  loaded: { access: SpaceAccess },
  owned: { userId: string },
): void {
  if (owned.userId !== ctx.actor.userId && loaded.access.role !== 'admin') {
    throw new DomainError('forbidden', 'Only the user who started it, or a space admin, may do that.');
  }
}
