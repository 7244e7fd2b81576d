import type { User } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { loadTogether } from '../engines/database/load-together.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';

/**
 * Loads a user who is named by a row that the caller may see. The users of many rows are loaded with one statement.
 * @throws DomainError `not_found`
 */
export async function loadUser({ prisma }: PrismaService, ctx: RequestContext, id: string): Promise<User> {
  const user = await loadTogether(ctx, 'user', id, async (ids) => {
    const users = await prisma.user.findMany({ where: { id: { in: ids } } });
    return new Map(users.map((one) => [one.id, one]));
  });
  if (!user) throw notFound('The user');
  return user;
}
