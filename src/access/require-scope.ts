import type { TokenScope } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { DomainError } from '../errors.js';

/** @throws DomainError `insufficient_scope` when the caller's token does not have the scope */
export function requireScope(ctx: RequestContext, scope: TokenScope): void {
  if (!ctx.actor.scopes.has(scope)) {
    throw new DomainError('insufficient_scope', `This token lacks the scope "${scope}".`);
  }
}
