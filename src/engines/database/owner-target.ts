import { Prisma, type PrismaClient } from '../../../prisma/generated/client/client.js';
import { FormerOwnerError } from './former-owner-error.js';

/** Where the owner of the runtime writes, and as which one; see `RuntimeOwnership.epoch`. */
export interface OwnerTarget {
  prisma: PrismaClient;
  epoch(): number;
}

/**
 * A part of `WITH` that has one row, `owned`, in the statements of the owner of an epoch, and none in those of a former one.
 * The lock makes a new owner, who increments the epoch, wait for the statements that have found it. It is for single
 * statements: within a transaction it would keep a new owner waiting while this process is stopped, if others came after it.
 */
export function ownedBy(epoch: number): Prisma.Sql {
  return Prisma.sql`owned AS MATERIALIZED (
    SELECT 1 FROM "Installation" WHERE "key" = 1 AND "runtimeEpoch" = ${epoch} FOR SHARE)`;
}

/**
 * The last statement of a transaction that only the owner of an epoch may commit. A new owner waits for the commit, and reads
 * what was written. Without a transaction it says only that there was no new owner at that moment.
 * @throws FormerOwnerError
 */
export async function assertOwned(tx: Prisma.TransactionClient, epoch: number): Promise<void> {
  const owned = await tx.$queryRaw<unknown[]>`WITH ${ownedBy(epoch)} SELECT 1 FROM owned`;
  if (owned.length === 0) throw new FormerOwnerError();
}

/** Whether this process is the owner of its epoch still. It may not be any more when this returns. */
export async function isStillOwner({ prisma, epoch }: OwnerTarget): Promise<boolean> {
  const where = { key: 1, runtimeEpoch: epoch() };
  return (await prisma.installation.count({ where })) > 0;
}
