import type { KernelProfile, Runtime } from '../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';
import { checkChanges } from '../validation/check-changes.js';
import { checkSlugId } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';
import { checkKernelName } from './check-kernel-name.js';
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

/**
 * Changes a kernel profile. Running workers and sessions do not change. Where its workers run follows the configured
 * backends no more once that is given. For platform admins.
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
  const isPlaced = runtime !== undefined || backend !== undefined || image !== undefined;
  return withOneDefault(services.prisma, 'KernelProfile', isDefault, async (tx) => {
    const [profile] = await tx.kernelProfile.updateManyAndReturn({
      where: { id: checkSlugId(id, 'The kernel profile') },
      data: { ...names, ...settings, runtime, isDefault, ...(isPlaced && { followsBackends: false }) },
    });
    if (!profile) throw notFound('The kernel profile');
    // Thrown faults undo the change.
    await checkWholeProfile(tx, profile);
    return profile;
  });
}
