import type { Prisma } from '../../../prisma/generated/client/client.js';

/**
 * Reads the default branch of a repository and keeps it from being changed until the transaction ends, so that no branch
 * is deleted while it becomes the default.
 * @returns null when there is no such repository
 */
export async function lockDefaultBranch(
  tx: Prisma.TransactionClient,
  repositoryId: string,
): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ defaultBranch: string }[]>`
    SELECT "defaultBranch" FROM "Repository" WHERE "id" = ${repositoryId}::uuid FOR NO KEY UPDATE`;
  return row?.defaultBranch ?? null;
}
