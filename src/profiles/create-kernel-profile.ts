import type { KernelProfile, Runtime } from '../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { checkAll } from '../validation/check-all.js';
import { checkSlug } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';
import { checkKernelName } from './check-kernel-name.js';
import { checkProfileSettings, checkWholeProfile, type ProfileSettingsInput } from './profile-settings.js';
import { withOneDefault } from './with-one-default.js';

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
