import { type KernelProfile, Prisma, type Runtime } from '../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { DomainError, invalidField, notFound } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { checkSlug, checkSlugId, refuseNulls } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';
import { withOneDefault } from './with-one-default.js';

/** What to change of a kernel profile; what is absent stays. */
export interface UpdateKernelProfileInput {
  displayName?: string | null;
  language?: string | null;
  kernelName?: string | null;
  runtime?: Runtime | null;
  isDefault?: boolean | null;
}

/** A new kernel profile; `id` is a slug. */
export interface CreateKernelProfileInput {
  id: string;
  displayName: string;
  language: string;
  kernelName: string;
  runtime: Runtime;
  isDefault?: boolean | null;
}

/**
 * Makes a kernel profile; as the default it takes that from the one before. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`
 */
export async function createKernelProfile(
  services: PrismaService,
  ctx: RequestContext,
  input: CreateKernelProfileInput,
): Promise<KernelProfile> {
  requirePlatformAdmin(ctx);
  const checked = await checkAll({
    id: () => checkSlug(input.id, 'id'),
    displayName: () => checkName(input.displayName, 'displayName'),
    language: () => checkName(input.language, 'language'),
    kernelName: () => checkKernelName(input.kernelName),
  });
  const data = { ...checked, runtime: input.runtime, isDefault: input.isDefault ?? false };
  return refuseDuplicate('id', () =>
    withOneDefault(services.prisma, 'KernelProfile', data.isDefault, (tx) =>
      tx.kernelProfile.create({ data }),
    ),
  );
}

/**
 * Changes a kernel profile; what runs goes on as it was started. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `not_found`, `invalid_request`
 */
export async function updateKernelProfile(
  services: PrismaService,
  ctx: RequestContext,
  id: string,
  input: UpdateKernelProfileInput,
): Promise<KernelProfile> {
  requirePlatformAdmin(ctx);
  const { displayName, language, kernelName, runtime, isDefault } = refuseNulls(input);
  const checked = await checkAll({
    displayName: () => (displayName === undefined ? undefined : checkName(displayName, 'displayName')),
    language: () => (language === undefined ? undefined : checkName(language, 'language')),
    kernelName: () => (kernelName === undefined ? undefined : checkKernelName(kernelName)),
  });
  const data = { ...checked, runtime, isDefault };
  return withOneDefault(services.prisma, 'KernelProfile', isDefault, async (tx) => {
    const [profile] = await tx.kernelProfile.updateManyAndReturn({
      where: { id: checkSlugId(id, 'The kernel profile') },
      data,
    });
    if (!profile) throw notFound('The kernel profile');
    return profile;
  });
}

/**
 * Deletes a kernel profile that no worker and no session ever used. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `not_found`, `invalid_request` when it is in use
 */
export async function deleteKernelProfile(
  services: PrismaService,
  ctx: RequestContext,
  id: string,
): Promise<void> {
  requirePlatformAdmin(ctx);
  try {
    const { count } = await services.prisma.kernelProfile.deleteMany({
      where: { id: checkSlugId(id, 'The kernel profile') },
    });
    if (count === 0) throw notFound('The kernel profile');
  } catch (error) {
    const isInUse = error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003';
    if (!isInUse) throw error;
    throw new DomainError(
      'invalid_request',
      'Workers or sessions used this kernel profile, and their history names it; it cannot be deleted.',
    );
  }
}

/** What Jupyter accepts as the name of a kernelspec. */
function checkKernelName(value: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(value)) return value;
  throw invalidField(
    'kernelName',
    'must be 1 to 100 letters, digits, dots, underscores and hyphens, a letter or digit first',
  );
}
