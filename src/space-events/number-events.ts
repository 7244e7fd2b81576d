import type { PrismaClient } from '../../prisma/generated/client/client.js';

/** So many events get their numbers in one transaction. */
const batchSize = 500;

/**
 * Gives numbers to the committed events of a space that have none, in the order in which they were written. Only one process
 * does that for a space at a time, so whoever sees a number sees all lower ones too.
 * @param mayGoOn asked before each batch but the first; default always
 */
export async function numberEvents(
  prisma: PrismaClient,
  spaceId: string,
  mayGoOn: () => boolean = () => true,
): Promise<void> {
  do {
    if (!(await hasPending(prisma, spaceId))) return;
    const [, , count] = await prisma.$transaction([
      prisma.$executeRaw`INSERT INTO "SpaceEventCounter" ("spaceId") VALUES (${spaceId}::uuid) ON CONFLICT DO NOTHING`,
      // A statement after the lock sees what its last holder has numbered.
      prisma.$queryRaw`SELECT 1 FROM "SpaceEventCounter" WHERE "spaceId" = ${spaceId}::uuid FOR UPDATE`,
      numberBatch(prisma, spaceId),
    ]);
    if (count[0]!.numbered < batchSize) return;
  } while (mayGoOn());
}

async function hasPending(prisma: PrismaClient, spaceId: string): Promise<boolean> {
  const rows = await prisma.$queryRaw<unknown[]>`
    SELECT 1 FROM "SpaceEvent" WHERE "spaceId" = ${spaceId}::uuid AND "number" IS NULL LIMIT 1`;
  return rows.length > 0;
}

function numberBatch(prisma: PrismaClient, spaceId: string) {
  return prisma.$queryRaw<{ numbered: number }[]>`
    WITH pending AS (
      SELECT "id", row_number() OVER (ORDER BY "id") AS offset_in_batch FROM (
        SELECT "id" FROM "SpaceEvent" WHERE "spaceId" = ${spaceId}::uuid AND "number" IS NULL ORDER BY "id" LIMIT ${batchSize}
      ) AS first
    ), numbered AS (
      UPDATE "SpaceEvent" AS e SET "number" = c."last" + p.offset_in_batch
      FROM pending AS p, "SpaceEventCounter" AS c WHERE e."id" = p."id" AND c."spaceId" = ${spaceId}::uuid RETURNING 1
    )
    UPDATE "SpaceEventCounter" SET "last" = "last" + (SELECT count(*) FROM numbered)
    WHERE "spaceId" = ${spaceId}::uuid RETURNING (SELECT count(*)::int FROM numbered) AS numbered`;
}
