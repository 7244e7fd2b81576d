import type { RequestContext, SpaceAccess } from '../context.js';
import { DomainError } from '../errors.js';

/**
 * Authorizes the caller to change a worker or session.
 * @param loaded.access the caller's access to the space of the worker or session
 * @param owned.userId who started it
 * @throws DomainError `forbidden` unless the caller started it or is an admin of the space
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
