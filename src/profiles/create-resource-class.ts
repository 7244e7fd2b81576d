import type { ResourceClass } from '../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { checkAll } from '../validation/check-all.js';
import { checkSlug } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';
import { checkStorageClass, checkVolume } from './check-volume.js';
import { checkPlacement, checkRanges, type UpdateResourceClassInput } from './resource-class-settings.js';
import { withOneDefault } from './with-one-default.js';

/**
 * A new resource class. `id` is a slug. By default it has no GPUs and 256 processes, lives as long as the gateway's
 * configuration says, runs on any node without taints, has its files where the configuration says, is enabled and is not
 * the default class.
 */
export interface CreateResourceClassInput extends UpdateResourceClassInput {
  id: string;
  name: string;
  cpuLimit: number;
  memoryMb: number;
  workspaceStorageMb: number;
  tmpStorageMb: number;
}

/**
 * Creates a resource class. If it is the default, the previous default stops being it. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`
 */
export async function createResourceClass(
  services: PrismaService,
  ctx: RequestContext,
  input: CreateResourceClassInput,
): Promise<ResourceClass> {
  requirePlatformAdmin(ctx);
  const { id, ...checked } = await checkAll({
    id: () => checkSlug(input.id, 'id'),
    name: () => checkName(input.name),
    amounts: () => checkRanges(input),
    placement: () => checkPlacement(input),
    storageClass: () => checkStorageClass(input.storageClass),
  });
  const { persistentVolume } = input;
  const { cpuLimit, memoryMb, workspaceStorageMb, tmpStorageMb, idleMinutes, maxAgeMinutes } = input;
  const data = {
    ...{ id, name: checked.name, ...checked.placement, persistentVolume, storageClass: checked.storageClass },
    ...{ cpuLimit, memoryMb, workspaceStorageMb, tmpStorageMb, idleMinutes, maxAgeMinutes },
    gpuCount: input.gpuCount ?? undefined,
    maxProcesses: input.maxProcesses ?? undefined,
    isEnabled: input.isEnabled ?? true,
    isDefault: input.isDefault ?? false,
  };
  return refuseDuplicate('id', () =>
    withOneDefault(services.prisma, 'ResourceClass', data.isDefault, (tx) => {
      checkVolume(data);
      return tx.resourceClass.create({ data });
    }),
  );
}
