import type { RequestContext } from '../context.js';
import { DomainError } from '../errors.js';

/** Lets users see and create their own API tokens, and platform admins those of anybody. @throws DomainError `forbidden` */
export function assertOwnTokens(ctx: RequestContext, userId: string): void {
  if (ctx.actor.isPlatformAdmin || userId === ctx.actor.userId) return;
  throw new DomainError('forbidden', "Only a platform admin may do this with another user's API tokens.");
}
