import { type KernelProfile, Prisma, type Runtime } from '../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { DomainError, invalidField, notFound } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { checkChanges } from '../validation/check-changes.js';
import { checkSlug, checkSlugId } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';
import { checkProfileSettings, checkWholeProfile, type ProfileSettingsInput } from './profile-settings.js';
import { withOneDefault } from './with-one-default.js';

/** The fields of a kernel profile to change; an absent field stays as it is. */
export interface UpdateKernelProfileInput extends ProfileSettingsInput {
  displayName?: string | null;
  language?: string | null;
  kernelName?: string | null;
  runtime?: Runtime | null;
  isDefault?: boolean | null;
}

/** A new kernel profile. `id` is a slug; `isDefault` is false when absent. */
export interface CreateKernelProfileInput extends ProfileSettingsInput {
  id: string;
  displayName: string;
  language: string;
  kernelName: string;
  runtime: Runtime;
  isDefault?: boolean | null;
}

/**
 * Creates a kernel profile. If it is the default, the previous default stops being it. For platform admins.
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
    settings: () => checkProfileSettings(input),
  });
  const { settings, ...names } = checked;
  const data = { ...names, ...settings, runtime: input.runtime, isDefault: input.isDefault ?? false };
  return refuseDuplicate('id', () =>
    withOneDefault(services.prisma, 'KernelProfile', data.isDefault, async (tx) => {
      await checkWholeProfile(tx, data);
      return tx.kernelProfile.create({ data });
    }),
  );
}

/**
 * Changes a kernel profile. Running workers and sessions do not change. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `not_found`, `invalid_request`
 */
export async function updateKernelProfile(
  services: PrismaService,
  ctx: RequestContext,
  id: string,
  input: UpdateKernelProfileInput,
): Promise<KernelProfile> {
  requirePlatformAdmin(ctx);
  const { backend, image, ...others } = input;
  const { given, checked } = await checkChanges(others, ({ displayName, language, kernelName, ...more }) => ({
    displayName: () => (displayName === undefined ? undefined : checkName(displayName, 'displayName')),
    language: () => (language === undefined ? undefined : checkName(language, 'language')),
    kernelName: () => (kernelName === undefined ? undefined : checkKernelName(kernelName)),
    settings: () => checkProfileSettings({ ...more, backend, image }),
  }));
  const { runtime, isDefault } = given;
  const { settings, ...names } = checked;
  return withOneDefault(services.prisma, 'KernelProfile', isDefault, async (tx) => {
    const [profile] = await tx.kernelProfile.updateManyAndReturn({
      where: { id: checkSlugId(id, 'The kernel profile') },
      data: { ...names, ...settings, runtime, isDefault },
    });
    if (!profile) throw notFound('The kernel profile');
    // Thrown faults undo the change.
    await checkWholeProfile(tx, profile);
    return profile;
  });
}

/**
 * Deletes a kernel profile, unless a worker or session has used it. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `not_found`, `invalid_request` when it was used
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
      'Workers or sessions have used this kernel profile; it cannot be deleted, because their history names it.',
    );
  }
}

/** Checks that Jupyter accepts the name of the kernelspec. */
function checkKernelName(value: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(value)) return value;
  throw invalidField(
    'kernelName',
    'must be 1 to 100 letters, digits, dots, underscores or hyphens, and must begin with a letter or digit',
  );
}
