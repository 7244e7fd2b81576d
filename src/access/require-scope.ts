import type { TokenScope } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { DomainError } from '../errors.js';

/**
 * Refuses a caller whose token does not have a scope.
 * @throws DomainError `insufficient_scope`, with the challenge for it
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3
 */
export function requireScope(ctx: RequestContext, scope: TokenScope): void {
  if (!ctx.actor.scopes.has(scope)) {
    throw new DomainError('insufficient_scope', `This token lacks the scope "${scope}".`, {
      headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
    });
  }
}
