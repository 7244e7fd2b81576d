import type { PrismaClient } from '../../prisma/generated/client/client.js';

/** How many rows of a table the database has read since its start. */
export async function rowsRead(prisma: PrismaClient, table: string): Promise<number> {
  await prisma.$executeRaw`SELECT pg_stat_force_next_flush()`;
  const [row] = await prisma.$queryRaw<{ count: bigint }[]>`
    SELECT seq_tup_read + idx_tup_fetch AS count FROM pg_stat_user_tables WHERE relname = ${table}`;
  return Number(row!.count);
}
