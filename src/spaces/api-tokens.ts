import type { ApiToken, TokenScope } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import { generateToken, hashToken } from '../access/token.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError, invalidField, notFound } from '../errors.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { checkAll } from '../validation/check-all.js';
import { checkId } from '../validation/check-input.js';
import { checkName, isUuid } from '../validation/validate.js';

const latestExpiry = new Date('9999-12-31T23:59:59.999Z');

/** An API token without its hash. */
export type ApiTokenRow = Omit<ApiToken, 'hash'>;

/**
 * Lists the API tokens of a user, newest first, including expired and revoked ones. For the user and for platform admins.
 * Needs the scope `read`.
 * @throws DomainError `insufficient_scope`, `forbidden`; thrown when the listing is read
 */
export function listApiTokens(
  services: PrismaService,
  ctx: RequestContext,
  userId: string,
): Listing<ApiTokenRow> {
  const where = () => {
    requireScope(ctx, 'read');
    assertOwnOrAdmin(ctx, userId);
    return { userId };
  };
  const { apiToken } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => apiToken.findMany({ ...query, omit: { hash: true } }),
    count: (query) => apiToken.count(query),
  });
}

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
  assertOwnOrAdmin(ctx, userId);
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

/**
 * Revokes an API token immediately and permanently; idempotent. For the token's user and for platform admins. Needs the
 * scope `admin`.
 * @throws DomainError `insufficient_scope`, `not_found`
 */
export async function revokeApiToken(
  services: PrismaService,
  ctx: RequestContext,
  id: string,
): Promise<ApiTokenRow> {
  requireScope(ctx, 'admin');
  const { apiToken } = services.prisma;
  const { userId, isPlatformAdmin } = ctx.actor;
  const where = { id: checkId(id, 'The API token'), userId: isPlatformAdmin ? undefined : userId };
  // With this mark, the next start of the gateway would make the token valid again; see `ensureAdmin`.
  await apiToken.updateMany({ where, data: { isAdminToken: false } });
  await apiToken.updateMany({ where: { ...where, revokedAt: null }, data: { revokedAt: new Date() } });
  const found = await apiToken.findFirst({ where, omit: { hash: true } });
  if (!found) throw notFound('The API token');
  return found;
}

function assertOwnOrAdmin(ctx: RequestContext, userId: string): void {
  if (ctx.actor.isPlatformAdmin || userId === ctx.actor.userId) return;
  throw new DomainError('forbidden', "Only a platform admin may do this with another user's API tokens.");
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
