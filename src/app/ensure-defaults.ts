import type { PrismaClient, Runtime } from '../../prisma/generated/client/client.js';
import { demo, seedDemo } from '../../prisma/seed.js';
import type { Config } from '../config.js';
import type { RepositoryServices } from '../repositories/repository-services.js';

const classId = 'standard';

/** Whether {@link ensureDefaults} has nothing to create. */
export async function hasDefaults(prisma: PrismaClient, config: Pick<Config, 'demo'>): Promise<boolean> {
  const counts = await Promise.all([
    prisma.kernelProfile.count(),
    prisma.resourceClass.count({ where: { id: classId } }),
    config.demo ? prisma.workspace.count({ where: { id: demo.workspaceId } }) : 1,
  ]);
  return counts.every((count) => count > 0);
}

/**
 * Creates what is missing of a kernel profile, the default resource class, and the demo space if it is configured. The profile
 * that it made follows the configured backends until an admin sets where its workers run.
 */
export async function ensureDefaults(services: RepositoryServices, config: Config): Promise<void> {
  const { prisma } = services;
  const runtime =
    config.workerBackends[0] === 'external' ? (config.jupyter ? 'external' : 'local') : 'dedicated';
  if ((await prisma.kernelProfile.count()) === 0) await createProfile(prisma, runtime);
  await prisma.kernelProfile.updateMany({ where: { followsBackends: true }, data: { runtime } });
  await prisma.resourceClass.createMany({
    data: {
      id: classId,
      name: 'Standard',
      cpuLimit: 2,
      memoryMb: 4096,
      gpuCount: 0,
      workspaceStorageMb: 10_240,
      tmpStorageMb: 2048,
      isDefault: true,
    },
    skipDuplicates: true,
  });
  if (config.demo) await seedDemo(services);
}

async function createProfile(prisma: PrismaClient, runtime: Runtime): Promise<void> {
  await prisma.kernelProfile.createMany({
    data: {
      id: 'python3',
      displayName: 'Python 3',
      language: 'python',
      kernelName: 'python3',
      runtime,
      isDefault: true,
      followsBackends: true,
    },
    skipDuplicates: true,
  });
}
