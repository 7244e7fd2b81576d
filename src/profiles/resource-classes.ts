import type { ResourceClass } from '../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { notFound } from '../errors.js';
import { checkAll, checkEach } from '../validation/check-all.js';
import { checkChanges } from '../validation/check-changes.js';
import { checkRange, checkSlug, checkSlugId } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';
import { checkNodeSelector, checkTolerations, type TolerationInput } from './check-placement.js';
import { checkStorageClass, checkVolume } from './check-volume.js';
import { withOneDefault } from './with-one-default.js';

/** The fields of a resource class to change; an absent field stays as it is. Memory and storage are in MiB, CPU in cores. */
export interface UpdateResourceClassInput {
  name?: string | null;
  cpuLimit?: number | null;
  memoryMb?: number | null;
  gpuCount?: number | null;
  workspaceStorageMb?: number | null;
  tmpStorageMb?: number | null;
  isEnabled?: boolean | null;
  isDefault?: boolean | null;
  maxProcesses?: number | null;
  /** Minutes; 0 for never, null for the default of the gateway. */
  idleMinutes?: number | null;
  /** Minutes; 0 for never, null for the default of the gateway. */
  maxAgeMinutes?: number | null;
  /** Any JSON; only an object of strings is accepted. */
  nodeSelector?: unknown;
  tolerations?: TolerationInput[] | null;
  /** Null for the default of the gateway. */
  persistentVolume?: boolean | null;
  /** Null for the default of the gateway, or else of the cluster. */
  storageClass?: string | null;
}

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

/** The lowest and the highest value of each limit. */
const ranges = {
  cpuLimit: [0.01, 1024],
  memoryMb: [16, 16_777_216],
  gpuCount: [0, 64],
  workspaceStorageMb: [1, 1_073_741_824],
  tmpStorageMb: [1, 1_073_741_824],
  maxProcesses: [16, 1_000_000],
  idleMinutes: [0, 525_600],
  maxAgeMinutes: [0, 525_600],
} as const;

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

/**
 * Changes a resource class. Existing workers keep the limits that they were started with. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `not_found`, `invalid_request`
 */
export async function updateResourceClass(
  services: PrismaService,
  ctx: RequestContext,
  id: string,
  input: UpdateResourceClassInput,
): Promise<ResourceClass> {
  requirePlatformAdmin(ctx);
  const { idleMinutes, maxAgeMinutes, persistentVolume, storageClass, ...others } = input;
  const { given, checked } = await checkChanges(others, ({ name, ...more }) => ({
    name: () => (name === undefined ? undefined : checkName(name)),
    amounts: () => checkRanges(input),
    placement: () => checkPlacement(more),
    storageClass: () => checkStorageClass(storageClass),
  }));
  const { nodeSelector: _nodeSelector, tolerations: _tolerations, ...columns } = given;
  const data = {
    ...{ ...columns, name: checked.name, ...checked.placement },
    ...{ idleMinutes, maxAgeMinutes, persistentVolume, storageClass: checked.storageClass },
  };
  return withOneDefault(services.prisma, 'ResourceClass', data.isDefault, async (tx) => {
    const [found] = await tx.resourceClass.updateManyAndReturn({
      where: { id: checkSlugId(id, 'The resource class') },
      data,
    });
    if (!found) throw notFound('The resource class');
    // Thrown faults undo the change.
    checkVolume(found);
    return found;
  });
}

async function checkRanges(input: { [K in keyof typeof ranges]?: number | null }): Promise<void> {
  await checkEach(Object.entries(ranges), ([field, [min, max]]) => {
    const value = input[field as keyof typeof ranges];
    if (value != null) checkRange(value, field, min, max);
  });
}

/** What is absent stays absent. */
async function checkPlacement({
  nodeSelector,
  tolerations,
}: Pick<UpdateResourceClassInput, 'nodeSelector' | 'tolerations'>) {
  return checkAll({
    nodeSelector: () => (nodeSelector == null ? undefined : checkNodeSelector(nodeSelector)),
    tolerations: () => (tolerations == null ? undefined : checkTolerations(tolerations)),
  });
}
