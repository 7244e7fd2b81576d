import type { PrismaClient } from '../../../prisma/generated/client/client.js';

/** The id of a database, a UUID: created at the first call and stored, so that it never changes. */
export async function databaseId(prisma: PrismaClient): Promise<string> {
  const only = { key: 1 };
  const { id } = await prisma.installation.upsert({ where: only, update: {}, create: only });
  return id;
}
