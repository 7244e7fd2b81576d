import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { Actor } from '../context.js';

/**
 * Reads again who stands behind tokens, for streams that outlive the request that opened them.
 * @returns the actors by token id; a token that is revoked, expired or gone has none
 */
export async function refreshActors(prisma: PrismaClient, tokenIds: string[]): Promise<Map<string, Actor>> {
  const found = await prisma.apiToken.findMany({
    where: {
      id: { in: tokenIds },
      revokedAt: null,
      OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }],
    },
    include: { user: true },
  });
  return new Map(
    found.map(({ id, userId, user, scopes }) => [
      id,
      {
        userId,
        name: user.name,
        email: user.email,
        isPlatformAdmin: user.isPlatformAdmin,
        tokenId: id,
        scopes: new Set(scopes),
      },
    ]),
  );
}
