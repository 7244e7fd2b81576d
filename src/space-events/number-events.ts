import type { PrismaClient } from '../../prisma/generated/client/client.js';

/** This many events get their numbers in one statement. */
const batchSize = 500;

/**
 * Gives numbers to the committed events of a space that have none, in the order in which they were written. Only one process
 * does that for a space at a time, so whoever sees a number sees all lower ones too.
 * @param prisma single statements are enough: a lock that is kept from one to the next would stay while this process is stopped
 * @param mayGoOn asked before each batch but the first; default always
 */
export async function numberEvents(
  prisma: Pick<PrismaClient, '$queryRaw'>,
  spaceId: string,
  mayGoOn: () => boolean = () => true,
): Promise<void> {
  do {
    if (!(await hasPending(prisma, spaceId))) return;
    const [batch] = await prisma.$queryRaw<{ numbered: number }[]>`
      SELECT "numberSpaceEvents"(${spaceId}::uuid, ${batchSize}::int) AS "numbered"`;
    if (batch!.numbered < batchSize) return;
  } while (mayGoOn());
}

async function hasPending(prisma: Pick<PrismaClient, '$queryRaw'>, spaceId: string): Promise<boolean> {
  const rows = await prisma.$queryRaw<unknown[]>`
    SELECT 1 FROM "SpaceEvent" WHERE "spaceId" = ${spaceId}::uuid AND "number" IS NULL LIMIT 1`;
  return rows.length > 0;
}
