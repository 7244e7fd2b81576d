import type { PrismaClient } from '../../../prisma/generated/client/client.js';

/** The id of a database, a UUID: given when it is first asked for, the same ever after. */
export async function databaseId(prisma: PrismaClient): Promise<string> {
  const only = { key: 1 };
  const { id } = await prisma.installation.upsert({ where: only, update: {}, create: only });
  return id;
}
