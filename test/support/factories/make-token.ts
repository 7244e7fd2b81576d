import type { Prisma, TokenScope } from '../../../prisma/generated/client/client.js';
import { generateToken, hashToken } from '../../../src/access/token.js';
import type { TestGateway } from '../gateway.js';

/** Every scope that a token can have. */
export const allScopes: TokenScope[] = ['read', 'write', 'execute', 'admin'];

/**
 * Creates an API token with all scopes, as a row: the mutation creates none that is expired or revoked.
 * @returns the token itself
 */
export async function makeToken(
  { gateway }: Pick<TestGateway, 'gateway'>,
  {
    scopes = allScopes,
    ...overrides
  }: { userId: string; scopes?: TokenScope[] } & Partial<Omit<Prisma.ApiTokenUncheckedCreateInput, 'scopes'>>,
): Promise<string> {
  const token = generateToken();
  await gateway.services.prisma.apiToken.create({
    data: { name: 'test', hash: hashToken(token), scopes, ...overrides },
  });
  return token;
}
