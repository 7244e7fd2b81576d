import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { Actor } from '../context.js';

/**
 * Reads the users of tokens again, for streams that stay open long after they were authorized.
 * @returns the actors by token id; a token that is revoked, expired or deleted is missing
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
