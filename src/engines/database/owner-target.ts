import { Prisma, type PrismaClient } from '../../../prisma/generated/client/client.js';

/** Where the owner of the runtime writes, and as which one; see `RuntimeOwnership.epoch`. */
export interface OwnerTarget {
  prisma: PrismaClient;
  epoch(): number;
}

/**
 * A part of `WITH` that has one row, `owned`, in the statements of the owner of an epoch, and none in those of a former one.
 * The lock makes a new owner, who increments the epoch, wait for the statements that have found it. It is for single
 * statements: a transaction of several would keep a new owner waiting while this process is stopped.
 */
export function ownedBy(epoch: number): Prisma.Sql {
  return Prisma.sql`owned AS MATERIALIZED (
    SELECT 1 FROM "Installation" WHERE "key" = 1 AND "runtimeEpoch" = ${epoch} FOR SHARE)`;
}

/** Whether this process is the owner of its epoch still. It may not be any more when this returns. */
export async function isStillOwner({ prisma, epoch }: OwnerTarget): Promise<boolean> {
  const where = { key: 1, runtimeEpoch: epoch() };
  return (await prisma.installation.count({ where })) > 0;
}
