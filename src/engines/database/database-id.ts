import type { PrismaClient } from '../../../prisma/generated/client/client.js';

/** The id of a database, a UUID: created at the first call and stored, so that it never changes. */
export async function databaseId(prisma: PrismaClient): Promise<string> {
  const only = { key: 1 };
  await prisma.installation.createMany({ data: only, skipDuplicates: true });
  const { id } = await prisma.installation.findUniqueOrThrow({ where: only });
  return id;
}
