import type { KernelProfile } from '../../prisma/generated/client/client.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { isSameKernel } from '../engines/kernels/is-same-kernel.js';

/**
 * The profile that starts a kernel; undefined when there is none. Of several, those with the name in exactly this case come
 * first, then the default profile, then the smallest id.
 */
export async function profileOfKernel(
  { prisma }: PrismaService,
  kernelName: string,
): Promise<KernelProfile | undefined> {
  const alike = await prisma.kernelProfile.findMany({
    where: { kernelName: { equals: kernelName, mode: 'insensitive' } },
    orderBy: [{ isDefault: 'desc' }, { id: 'asc' }],
  });
  // The database takes `_` in a name for any character.
  const profiles = alike.filter((profile) => isSameKernel(profile.kernelName, kernelName));
  return profiles.find((profile) => profile.kernelName === kernelName) ?? profiles[0];
}
