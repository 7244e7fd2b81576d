import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { demo, seedDemo } from '../../prisma/seed.js';
import type { Config } from '../config.js';
import type { RepositoryServices } from '../repositories/repository-services.js';

const profileId = 'python3';
const classId = 'standard';

/** Whether {@link ensureDefaults} has nothing to create. */
export async function hasDefaults(prisma: PrismaClient, config: Pick<Config, 'demo'>): Promise<boolean> {
  const counts = await Promise.all([
    prisma.kernelProfile.count({ where: { id: profileId } }),
    prisma.resourceClass.count({ where: { id: classId } }),
    config.demo ? prisma.workspace.count({ where: { id: demo.workspaceId } }) : 1,
  ]);
  return counts.every((count) => count === 1);
}

/** Creates the default kernel profile and resource class, and the demo space if it is configured, unless they exist. */
export async function ensureDefaults(services: RepositoryServices, config: Config): Promise<void> {
  const { prisma } = services;
  const runtime =
    config.workerBackends[0] === 'external' ? (config.jupyter ? 'external' : 'local') : 'dedicated';
  await prisma.kernelProfile.upsert({
    where: { id: profileId },
    update: { runtime },
    create: {
      id: profileId,
      displayName: 'Python 3',
      language: 'python',
      kernelName: 'python3',
      runtime,
      isDefault: true,
    },
  });
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
