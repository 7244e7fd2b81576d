import type { User } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError } from '../errors.js';
import { checkId } from '../validation/check-input.js';
import { loadUser } from './load-user.js';

/**
 * Reads one user. For platform admins. Needs the scope `read`.
 * @throws DomainError `insufficient_scope`, `forbidden`, `not_found`
 */
export async function readUser(services: PrismaService, ctx: RequestContext, id: string): Promise<User> {
  requireScope(ctx, 'read');
  if (!ctx.actor.isPlatformAdmin)
    throw new DomainError('forbidden', 'Only platform admins may read a user by the id.');
  return loadUser(services, ctx, checkId(id, 'The user').toLowerCase());
}
