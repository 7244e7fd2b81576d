import type { PrismaClient, TokenScope } from '../../prisma/generated/client/client.js';
import { DomainError } from '../errors.js';
import { hashToken } from './token.js';

/** Who is asking, and what the token that they used allows. */
export interface Actor {
  userId: string;
  name: string;
  email: string;
  isPlatformAdmin: boolean;
  tokenId: string;
  scopes: ReadonlySet<TokenScope>;
}

const longestToken = 512;

/**
 * Turns an `Authorization` header into an actor (RFC 6750, section 2.1).
 * @throws DomainError `unauthenticated` when there is no token or it is unknown, expired or revoked
 */
export async function authenticate(
  prisma: PrismaClient,
  authorization: string | null | undefined,
): Promise<Actor> {
  const token = /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1];
  if (!token || token.length > longestToken) {
    throw new DomainError('unauthenticated', 'Send an API token as "Authorization: Bearer TOKEN".');
  }
  const found = await prisma.apiToken.findUnique({
    where: { hash: hashToken(token) },
    include: { user: true },
  });
  if (!found || found.revokedAt || (found.expiresAt && found.expiresAt <= new Date())) {
    throw new DomainError('unauthenticated', 'This token is not valid; ask an admin for a new one.');
  }
  return {
    userId: found.userId,
    name: found.user.name,
    email: found.user.email,
    isPlatformAdmin: found.user.isPlatformAdmin,
    tokenId: found.id,
    scopes: new Set(found.scopes),
  };
}
