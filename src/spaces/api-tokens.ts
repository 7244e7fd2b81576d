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

/** An API token without what could stand for it. */
export type ApiTokenRow = Omit<ApiToken, 'hash'>;

/**
 * The API tokens of a user, also those that expired or were revoked, newest first: a user's own, anyone's for platform
 * admins. Needs the scope `read`.
 * @throws DomainError `insufficient_scope`, `forbidden`, when it is read
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

/** A new API token: for the caller unless `userId` names another; without `expiresAt` it never expires. */
export interface CreateApiTokenInput {
  userId?: string | null;
  name: string;
  scopes: TokenScope[];
  expiresAt?: Date | null;
}

/**
 * Makes an API token; its plaintext is in the answer and nowhere else. Its scopes are some of those of the token in use.
 * For the caller, or, by platform admins, for anyone. Needs the scope `admin`.
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
 * Revokes an API token, at once and for good; idempotent. A user's own, anyone's for platform admins. Needs the scope
 * `admin`.
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
  // For good means also that no start takes it for the token of the installation again.
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
