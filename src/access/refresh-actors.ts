import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { Actor } from '../context.js';

/**
 * Reads the users of tokens again, for streams that stay open long after they were authorized.
 * @returns the actors by token id; one whose token is revoked, expired or deleted, or whose user is deleted, is missing
 */
export async function refreshActors(
  prisma: PrismaClient,
  actors: readonly Actor[],
): Promise<Map<string, Actor>> {
  const now = new Date();
  const byJwt = actors.filter(({ jwtExpiresAt }) => jwtExpiresAt && jwtExpiresAt > now);
  const tokenIds = actors.flatMap(({ tokenId, jwtExpiresAt }) => (jwtExpiresAt ? [] : [tokenId]));
  const [tokens, users] = await Promise.all([
    prisma.apiToken.findMany({
      where: { id: { in: tokenIds }, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
      include: { user: true },
    }),
    byJwt.length > 0
      ? prisma.user.findMany({ where: { id: { in: byJwt.map(({ userId }) => userId) } } })
      : [],
  ]);
  const fresh = new Map<string, Actor>();
  for (const { id: tokenId, userId, user, scopes } of tokens) {
    const { name, email, isPlatformAdmin } = user;
    fresh.set(tokenId, { userId, name, email, isPlatformAdmin, tokenId, scopes: new Set(scopes) });
  }
  const userOf = new Map(users.map((user) => [user.id, user]));
  for (const actor of byJwt) {
    const user = userOf.get(actor.userId);
    if (!user) continue;
    const { name, email, isPlatformAdmin } = user;
    fresh.set(actor.tokenId, { ...actor, name, email, isPlatformAdmin });
  }
  return fresh;
}
