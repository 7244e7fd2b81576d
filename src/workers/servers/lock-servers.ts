import type { Prisma } from '../../../prisma/generated/client/client.js';

/** Until the end of the transaction, no other one assigns a registered server to a worker or deletes one. */
export async function lockServers(tx: Prisma.TransactionClient): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('registered Jupyter servers', 0))`;
}
