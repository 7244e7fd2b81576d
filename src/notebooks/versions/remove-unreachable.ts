import { itemsPerStatement } from './chunk.js';
import type { IndexDb, IndexedBranch } from './index-db.js';

/**
 * Deletes the versions of a branch whose commits are not among the reachable ones. It replaces `removeCommits` when Git no
 * longer has the indexed commit, so that the history which led to it cannot be walked.
 * @param reachable all commits of the branch
 */
export async function removeUnreachable(
  db: IndexDb,
  { repositoryId, branch }: IndexedBranch,
  reachable: ReadonlySet<string>,
): Promise<void> {
  for (let after = { pathHash: '', position: 0n }; ; ) {
    const rows = await db.read.fileVersion.findMany({
      where: {
        repositoryId,
        branch,
        OR: [
          { pathHash: { gt: after.pathHash } },
          { pathHash: after.pathHash, position: { lt: after.position } },
        ],
      },
      orderBy: [{ pathHash: 'asc' }, { position: 'desc' }],
      take: itemsPerStatement,
      select: { id: true, commitOid: true, pathHash: true, position: true },
    });
    const last = rows.at(-1);
    if (!last) return;
    after = { pathHash: last.pathHash, position: last.position };
    const ids = rows.filter(({ commitOid }) => !reachable.has(commitOid)).map(({ id }) => id);
    if (ids.length === 0) continue;
    await db.step(async (tx) => void (await tx.fileVersion.deleteMany({ where: { id: { in: ids } } })));
  }
}
