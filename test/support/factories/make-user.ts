import type { SpaceRole, TokenScope } from '../../../prisma/generated/client/client.js';
import type { TestGateway } from '../gateway.js';
import { makeMember } from './make-member.js';
import { makeToken } from './make-token.js';
import { mutate, uniqueName } from './mutate.js';

/** A user with a token. */
export interface TestUser {
  id: string;
  token: string;
}

/**
 * Creates a user with a token of all scopes.
 * @param overrides.role the user's role in `space`, which is the demo space by default; none by default
 * @example `const editor = await makeUser(at, { role: 'editor', scopes: ['read'] })`
 */
export async function makeUser(
  at: TestGateway,
  overrides: {
    name?: string;
    email?: string;
    isPlatformAdmin?: boolean;
    role?: SpaceRole;
    space?: string;
    scopes?: TokenScope[];
  } = {},
): Promise<TestUser> {
  const { role, space, scopes, ...input } = overrides;
  const { id } = await mutate(at, 'mutation($input: CreateUserInput!) { createUser(input: $input) { id } }', {
    input: { name: 'Someone', email: `${uniqueName('user')}@example.com`, ...input },
  });
  if (role) await makeMember(at, { userId: id, role, space });
  return { id, token: await makeToken(at, { userId: id, scopes }) };
}
