import { seedDemo } from '../../prisma/seed.js';
import type { Config } from '../config.js';
import type { RepositoryServices } from '../repositories/repository-services.js';

/** Creates the default kernel profile and resource class, and the demo space if it is configured, unless they exist. */
export async function ensureDefaults(services: RepositoryServices, config: Config): Promise<void> {
  const { prisma } = services;
  const runtime =
    config.workerBackends[0] === 'external' ? (config.jupyter ? 'external' : 'local') : 'dedicated';
  await prisma.kernelProfile.upsert({
    where: { id: 'python3' },
    update: { runtime },
    create: {
      id: 'python3',
      displayName: 'Python 3',
      language: 'python',
      kernelName: 'python3',
      runtime,
      isDefault: true,
    },
  });
  await prisma.resourceClass.upsert({
    where: { id: 'standard' },
    update: {},
    create: {
      id: 'standard',
      name: 'Standard',
      cpuLimit: 2,
      memoryMb: 4096,
      gpuCount: 0,
      workspaceStorageMb: 10_240,
      tmpStorageMb: 2048,
      isDefault: true,
    },
  });
  if (config.demo) await seedDemo(services);
}
