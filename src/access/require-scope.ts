import type { TokenScope } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { DomainError } from '../errors.js';

/**
 * @throws DomainError `insufficient_scope` when the caller's token does not have the scope, with the challenge for it
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3
 */
export function requireScope(ctx: RequestContext, scope: TokenScope): void {
  if (!ctx.actor.scopes.has(scope)) {
    throw new DomainError('insufficient_scope', `This token lacks the scope "${scope}".`, {
      headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
    });
  }
}
