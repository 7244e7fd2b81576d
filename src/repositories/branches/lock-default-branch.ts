import type { Prisma } from '../../../prisma/generated/client/client.js';

/**
 * Reads the default branch of a repository and locks the row until the transaction ends. So a branch cannot be deleted and
 * become the default at the same time.
 * @returns the name of the branch, or null when the repository does not exist
 */
export async function lockDefaultBranch(
  tx: Prisma.TransactionClient,
  repositoryId: string,
): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ defaultBranch: string }[]>`
    SELECT "defaultBranch" FROM "Repository" WHERE "id" = ${repositoryId}::uuid FOR NO KEY UPDATE`;
  return row?.defaultBranch ?? null;
}
