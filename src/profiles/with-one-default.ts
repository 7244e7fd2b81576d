import type { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';

/**
 * Runs a write in a transaction. If the written row becomes the default, no other row of the table stays the default.
 * Readers do not wait for the transaction.
 * @param table the table of the written row
 * @param isDefault whether the written row becomes the default
 */
export function withOneDefault<T>(
  prisma: PrismaClient,
  table: 'KernelProfile' | 'ResourceClass',
  isDefault: boolean | undefined,
  write: (tx: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  return prisma.$transaction(async (tx) => {
    if (isDefault && table === 'KernelProfile') {
      // Without the lock, two concurrent transactions would not see each other's new default.
      await tx.$executeRaw`LOCK TABLE "KernelProfile" IN SHARE ROW EXCLUSIVE MODE`;
      await tx.kernelProfile.updateMany({ where: { isDefault: true }, data: { isDefault: false } });
    } else if (isDefault) {
      await tx.$executeRaw`LOCK TABLE "ResourceClass" IN SHARE ROW EXCLUSIVE MODE`;
      await tx.resourceClass.updateMany({ where: { isDefault: true }, data: { isDefault: false } });
    }
    return write(tx);
  });
}
