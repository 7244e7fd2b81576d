import type { KernelProfile, ResourceClass } from '../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { invalidField } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { checkRange } from '../validation/check-input.js';
import { checkText } from '../validation/validate.js';
import type { WorkerServices } from './worker-services.js';

const maxSize = 50;
const maxKernels = 5;
const maxIdLength = 200;

/** How many warm workers and kernels are kept for a profile and a class, and how many workers there are in this process. */
export interface WarmPoolState {
  profile: KernelProfile;
  resourceClass: ResourceClass;
  size: number;
  /** On each of their live workers. */
  kernels: number;
  ready: number;
  starting: number;
}

/** Which warm workers and kernels to keep. */
export interface SetWarmPoolInput {
  kernelProfileId: string;
  resourceClassId: string;
  /** 0 to 50. */
  size: number;
  /** On each live worker, 0 to 5; default 0. */
  kernels?: number | null;
}

/**
 * Sets how many warm workers, and warm kernels on live workers, are kept for a profile and a class. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `invalid_request`
 */
export async function setWarmPool(
  services: WorkerServices,
  ctx: RequestContext,
  input: SetWarmPoolInput,
): Promise<WarmPoolState> {
  requirePlatformAdmin(ctx);
  const { kernelProfileId, resourceClassId } = input;
  const { profile, resourceClass, size, kernels } = await checkAll({
    profile: () => findProfile(services, kernelProfileId),
    resourceClass: () => findClass(services, resourceClassId),
    size: () => checkRange(input.size, 'size', 0, maxSize),
    kernels: () => checkRange(input.kernels ?? 0, 'kernels', 0, maxKernels),
  });
  const { resourceClassIds: allowed } = profile;
  if (allowed.length > 0 && !allowed.includes(resourceClass.id))
    throw invalidField('resourceClassId', 'is not allowed by the kernel profile', 'mismatch');
  const { warmPool } = services.prisma;
  const key = { kernelProfileId, resourceClassId };
  if (size === 0 && kernels === 0) await warmPool.deleteMany({ where: key });
  else {
    await warmPool.upsert({
      where: { kernelProfileId_resourceClassId: key },
      create: { ...key, size, kernels },
      update: { size, kernels },
    });
  }
  await services.workers.warmPool.refresh();
  return { profile, resourceClass, size, kernels, ...services.workers.warmPool.counts(key) };
}

/**
 * All warm pools, by profile and class. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`
 */
export async function listWarmPools(services: WorkerServices, ctx: RequestContext): Promise<WarmPoolState[]> {
  requirePlatformAdmin(ctx);
  const rows = await services.prisma.warmPool.findMany({
    include: { profile: true, class: true },
    orderBy: [{ kernelProfileId: 'asc' }, { resourceClassId: 'asc' }],
  });
  return rows.map((row) => ({
    ...{ profile: row.profile, resourceClass: row.class, size: row.size, kernels: row.kernels },
    ...services.workers.warmPool.counts(row),
  }));
}

async function findProfile({ prisma, workers }: WorkerServices, id: string): Promise<KernelProfile> {
  checkText(id, 'kernelProfileId', maxIdLength);
  const profile = await prisma.kernelProfile.findUnique({ where: { id } });
  if (!profile) throw invalidField('kernelProfileId', 'is not a kernel profile', 'unknown');
  if (workers.ownsServers(profile)) return profile;
  throw invalidField('kernelProfileId', 'has no backend that starts a server for each worker', 'mismatch');
}

async function findClass({ prisma }: WorkerServices, id: string): Promise<ResourceClass> {
  checkText(id, 'resourceClassId', maxIdLength);
  const found = await prisma.resourceClass.findUnique({ where: { id } });
  if (found) return found;
  throw invalidField('resourceClassId', 'is not a resource class', 'unknown');
}
