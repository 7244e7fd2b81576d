import type { Actor } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';

/**
 * The user for whom work goes on after the request that ordered it was answered. They have every scope but `admin`: the
 * request was checked for those that the work needs. What they may do in a space is read anew.
 * @throws DomainError `not_found` when there is no such user any more
 */
export async function loadActor({ prisma }: PrismaService, userId: string): Promise<Actor> {
  const user = await prisma.user.findUnique({ where: { id: userId } });
  if (!user) throw notFound('The user');
  const { name, email, isPlatformAdmin } = user;
  return { userId, name, email, isPlatformAdmin, tokenId: '', scopes: new Set(['read', 'write', 'execute']) };
}
