import type { PrismaClient, TokenScope } from '../../prisma/generated/client/client.js';
import type { Actor } from '../context.js';
import { DomainError } from '../errors.js';
import { bearerToken } from './bearer-token.js';
import type { IdentityProvider } from './identity-provider.js';
import { signIn } from './sign-in.js';
import { hashToken } from './token.js';

/** Where tokens are looked up. */
export interface TokenSources {
  prisma: PrismaClient;
  /** The issuer whose JWTs are accepted beside API tokens; default none. */
  provider?: IdentityProvider | undefined;
}

const maxTokenLength = 512;

/**
 * Finds the user whose API token, or JWT of the configured issuer, an `Authorization` header contains (RFC 6750, section 2.1).
 * @throws DomainError `unauthenticated` when the header has no token, or when the token is unknown, expired or revoked;
 *   `issuer_unavailable` when the keys of the issuer cannot be read
 */
export async function authenticate(
  { prisma, provider }: TokenSources,
  authorization: string | null | undefined,
): Promise<Actor> {
  const token = bearerToken(authorization);
  if (token && provider && isJwt(token))
    return signIn(prisma, await provider.verify(token), hashToken(token));
  if (!token) throw new DomainError('unauthenticated', 'Send an API token as "Authorization: Bearer TOKEN".');
  if (token.length > maxTokenLength) throw unknownToken();
  // One SQL statement instead of two Prisma queries: every request begins with it.
  const [found] = await prisma.$queryRaw<TokenRow[]>`
    SELECT t."id" AS "tokenId", t."scopes"::text[], t."userId", u."name", u."email", u."isPlatformAdmin"
    FROM "ApiToken" t JOIN "User" u ON u."id" = t."userId"
    WHERE t."hash" = ${hashToken(token)} AND t."revokedAt" IS NULL
      AND (t."expiresAt" IS NULL OR t."expiresAt" > now())`;
  if (!found) throw unknownToken();
  return { ...found, scopes: new Set(found.scopes) };
}

type TokenRow = Omit<Actor, 'scopes'> & { scopes: TokenScope[] };

function unknownToken(): DomainError {
  return new DomainError('unauthenticated', 'This token is not valid; ask an admin for a new one.');
}

/** Whether a token has the compact form of a JWT (RFC 7519, section 3): three parts, of which the first is a JSON object. */
function isJwt(token: string): boolean {
  return /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}
