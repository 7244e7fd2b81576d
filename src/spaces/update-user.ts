import type { Prisma, User } from '../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { DomainError, invalidField, notFound } from '../errors.js';
import { checkChanges } from '../validation/check-changes.js';
import { checkEmail, checkId } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';
import type { CreateUserInput } from './create-user.js';

/** The fields of a user to change; an absent field stays as it is. */
export type UpdateUserInput = Partial<{ [K in keyof CreateUserInput]: CreateUserInput[K] | null }>;

/**
 * Changes a user. For platform admins. They cannot remove their own role, and only who still has it removes that of others, so
 * at least one platform admin remains.
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
    services.prisma.$transaction(async (tx) => {
      if (data.isPlatformAdmin === false) await assertStillAdmin(tx, ctx);
      return tx.user.updateManyAndReturn({ where, data });
    }),
  );
  if (!user) throw notFound('The user');
  return user;
}

/** Locks the rows of all platform admins, in one order for all, so that two of them cannot remove each other. */
async function assertStillAdmin(tx: Prisma.TransactionClient, ctx: RequestContext): Promise<void> {
  const admins = await tx.$queryRaw<{ id: string }[]>`
    SELECT "id"::text FROM "User" WHERE "isPlatformAdmin" ORDER BY "id" FOR NO KEY UPDATE`;
  if (admins.some(({ id }) => id === ctx.actor.userId)) return;
  throw new DomainError('forbidden', 'Only a platform admin may do this.');
}
