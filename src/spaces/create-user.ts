import type { User } from '../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { checkAll } from '../validation/check-all.js';
import { checkEmail } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';

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
