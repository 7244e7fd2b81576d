import type { User } from '../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { DomainError, invalidField, notFound } from '../errors.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { checkAll } from '../validation/check-all.js';
import { checkChanges } from '../validation/check-changes.js';
import { checkEmail, checkId } from '../validation/check-input.js';
import { checkName, checkText } from '../validation/validate.js';

const maxSearchLength = 200;

/**
 * Lists all users, newest first. For platform admins, and for admins of any space, who look for new members. Needs the
 * scope `read`.
 * @param search a part of the name or of the e-mail address; upper and lower case are equal; default all users
 * @throws DomainError `insufficient_scope`, `forbidden`, `invalid_request`; thrown when the listing is read
 */
export function listUsers(
  services: PrismaService,
  ctx: RequestContext,
  search: string | null | undefined,
): Listing<User> {
  const { user, spaceMember } = services.prisma;
  const where = async () => {
    requireScope(ctx, 'read');
    const { userId, isPlatformAdmin } = ctx.actor;
    if (!isPlatformAdmin && (await spaceMember.count({ where: { userId, role: 'admin' } })) === 0) {
      throw new DomainError('forbidden', 'Only platform admins and space admins may list users.');
    }
    if (search == null) return {};
    // Prisma does not escape the three special characters of LIKE.
    const contains = checkText(search, 'search', maxSearchLength).replace(/[\\%_]/g, '\\$&');
    const part = { contains, mode: 'insensitive' as const };
    return { OR: [{ name: part }, { email: part }] };
  };
  return keysetListing(newestFirst, {
    where,
    find: (query) => user.findMany(query),
    count: (query) => user.count(query),
  });
}

/** A new user. By default not a platform admin. */
export interface CreateUserInput {
  name: string;
  email: string;
  isPlatformAdmin?: boolean | null;
}

/**
 * Creates a user without tokens and memberships. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`
 */
export async function createUser(
  services: PrismaService,
  ctx: RequestContext,
  input: CreateUserInput,
): Promise<User> {
  requirePlatformAdmin(ctx);
  const checked = await checkAll({
    name: () => checkName(input.name),
    email: () => checkEmail(input.email),
  });
  const data = { ...checked, isPlatformAdmin: input.isPlatformAdmin ?? false };
  return refuseDuplicate('email', () => services.prisma.user.create({ data }));
}

/** The fields of a user to change; an absent field stays as it is. */
export type UpdateUserInput = Partial<{ [K in keyof CreateUserInput]: CreateUserInput[K] | null }>;

/**
 * Changes a user. For platform admins. They cannot remove their own role, so at least one platform admin remains.
 * @throws DomainError `insufficient_scope`, `forbidden`, `not_found`, `invalid_request`, `already_exists`
 */
export async function updateUser(
  services: PrismaService,
  ctx: RequestContext,
  id: string,
  input: UpdateUserInput,
): Promise<User> {
  requirePlatformAdmin(ctx);
  const where = { id: checkId(id, 'The user') };
  const { checked: data } = await checkChanges(input, ({ name, email, isPlatformAdmin }) => ({
    name: () => (name === undefined ? undefined : checkName(name)),
    email: () => (email === undefined ? undefined : checkEmail(email)),
    isPlatformAdmin: () => {
      if (isPlatformAdmin === false && id.toLowerCase() === ctx.actor.userId)
        throw invalidField('isPlatformAdmin', 'cannot be removed from yourself; ask another platform admin');
      return isPlatformAdmin;
    },
  }));
  const [user] = await refuseDuplicate('email', () =>
    services.prisma.user.updateManyAndReturn({ where, data }),
  );
  if (!user) throw notFound('The user');
  return user;
}
