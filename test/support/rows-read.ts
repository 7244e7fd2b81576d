import type { PrismaClient } from '../../prisma/generated/client/client.js';

/** The connections of the pool. */
const connections = 10;

/** How many rows of a table the database has read since its start. */
export async function rowsRead(prisma: PrismaClient, table: string): Promise<number> {
  // Each connection reports its own, and up to 10 s later. None of them takes two of these.
  const report = () => prisma.$executeRaw`SELECT pg_stat_force_next_flush(), pg_sleep(0.1)`;
  await Promise.all(Array.from({ length: connections }, report));
  const [row] = await prisma.$queryRaw<{ count: bigint }[]>`
    SELECT seq_tup_read + idx_tup_fetch AS count FROM pg_stat_user_tables WHERE relname = ${table}`;
  return Number(row!.count);
}
