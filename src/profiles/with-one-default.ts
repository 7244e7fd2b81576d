import type { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';

/**
 * Runs a write in a transaction that, where the row becomes the default, first takes that from every other row.
 * Readers are not kept waiting.
 * @param table the table of the row
 * @param isDefault whether the row becomes the default
 */
export function withOneDefault<T>(
  prisma: PrismaClient,
  table: 'KernelProfile' | 'ResourceClass',
  isDefault: boolean | undefined,
  write: (tx: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  return prisma.$transaction(async (tx) => {
    if (isDefault && table === 'KernelProfile') {
      // Two that run at once would not see each other's new default.
      await tx.$executeRaw`LOCK TABLE "KernelProfile" IN SHARE ROW EXCLUSIVE MODE`;
      await tx.kernelProfile.updateMany({ where: { isDefault: true }, data: { isDefault: false } });
    } else if (isDefault) {
      await tx.$executeRaw`LOCK TABLE "ResourceClass" IN SHARE ROW EXCLUSIVE MODE`;
      await tx.resourceClass.updateMany({ where: { isDefault: true }, data: { isDefault: false } });
    }
    return write(tx);
  });
}
