import type { TokenScope } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import { generateToken, hashToken } from '../access/token.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { invalidField } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { checkName, isUuid } from '../validation/validate.js';
import type { ApiTokenRow } from './api-token-row.js';
import { assertOwnTokens } from './assert-own-tokens.js';

const latestExpiry = new Date('9999-12-31T23:59:59.999Z');

/** A new API token. `userId` defaults to the caller. Without `expiresAt` the token never expires. */
export interface CreateApiTokenInput {
  userId?: string | null;
  name: string;
  scopes: TokenScope[];
  expiresAt?: Date | null;
}

/**
 * Creates an API token. Its plaintext is returned once and not stored. It may have only scopes that the caller's own token
 * has. Platform admins create tokens for any user, others only for themselves. Needs the scope `admin`.
 * @throws DomainError `insufficient_scope`, `forbidden`, `invalid_request`
 */
export async function createApiToken(
  services: PrismaService,
  ctx: RequestContext,
  input: CreateApiTokenInput,
): Promise<{ apiToken: ApiTokenRow; token: string }> {
  const { prisma } = services;
  requireScope(ctx, 'admin');
  const userId = input.userId ?? ctx.actor.userId;
  assertOwnTokens(ctx, userId);
  const scopes = [...new Set(input.scopes)];
  for (const scope of scopes) requireScope(ctx, scope);
  const { name, expiresAt } = await checkAll({
    scopes: () => {
      if (scopes.length === 0) throw invalidField('scopes', 'must not be empty', 'too_short');
    },
    name: () => checkName(input.name),
    expiresAt: () => (input.expiresAt == null ? null : checkExpiry(input.expiresAt)),
    userId: () => checkUser(services, userId),
  });
  const token = generateToken();
  const apiToken = await prisma.apiToken.create({
    data: { userId, name, hash: hashToken(token), scopes, expiresAt },
    omit: { hash: true },
  });
  return { apiToken, token };
}

async function checkUser({ prisma }: PrismaService, id: string): Promise<void> {
  if (!isUuid(id) || !(await prisma.user.findUnique({ where: { id } }))) {
    throw invalidField('userId', 'is not a user', 'unknown');
  }
}

function checkExpiry(expiresAt: Date): Date {
  if (expiresAt <= new Date()) throw invalidField('expiresAt', 'must be in the future');
  if (expiresAt > latestExpiry) throw invalidField('expiresAt', 'must be before the year 10000');
  return expiresAt;
}
