import { randomUUID } from 'node:crypto';
import type { GitRepository } from '../../engines/git/git-store.js';
import { blobAt } from './blob-at.js';
import type { IndexDb, IndexedBranch } from './index-db.js';

/** One of several files of a branch with the same notebook id. */
interface Claim {
  documentId: string;
  path: string;
  pathHash: string;
  lastCommitOid: string;
}

/**
 * Makes notebook ids unique within a branch. A merge can give one id to two files: one side renamed the file, and the
 * other side kept its path. The id stays with the file that the branch had before the merge, else with the one that has it
 * on the default branch, else with the path that had it first. Each other file, together with its current version, gets
 * the id of its path on the default branch, or a new one.
 * @param base the commit of the index before the import; null when there was none
 */
export async function keepIdsApart(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  base: string | null,
): Promise<void> {
  const { repositoryId, branch } = at;
  // A unique constraint is not possible: between the steps of a long import two files may have the same id.
  // A window, which sorts the files once: without statistics, which the embedded database never collects, the planner compares
  // each file with all others to find those that share an id.
  const claims = await db.read.$queryRaw<Claim[]>`
    SELECT "documentId", path, "pathHash", "lastCommitOid" FROM (
      SELECT "documentId", path, "pathHash", "lastCommitOid", count(*) OVER (PARTITION BY "documentId") AS uses
      FROM "BranchFile"
      WHERE "repositoryId" = ${repositoryId}::uuid AND branch = ${branch} AND "documentId" IS NOT NULL
    ) f
    WHERE uses > 1
    ORDER BY path`;
  for (const documentId of new Set(claims.map((claim) => claim.documentId))) {
    const sharers = claims.filter((claim) => claim.documentId === documentId);
    const keeper = await bestClaim(db, git, at, { base, documentId, sharers });
    for (const claim of sharers) if (claim !== keeper) await assignOtherId(db, at, claim);
  }
}

async function bestClaim(
  db: IndexDb,
  git: GitRepository,
  { repositoryId, branch, defaultBranch }: IndexedBranch,
  { base, documentId, sharers }: { base: string | null; documentId: string; sharers: Claim[] },
): Promise<Claim> {
  const before: Claim[] = [];
  for (const claim of sharers) {
    if (base !== null && (await blobAt(git, base, claim.path)) !== null) before.push(claim);
  }
  const best = before.length > 0 ? before : sharers;
  if (best.length === 1) return best[0]!;
  const pathHash = { in: best.map((claim) => claim.pathHash) };
  const found =
    (branch === defaultBranch
      ? null
      : await db.read.branchFile.findFirst({
          where: { repositoryId, branch: defaultBranch, documentId, pathHash },
          select: { pathHash: true },
        })) ??
    (await db.read.fileVersion.findFirst({
      where: { repositoryId, branch, documentId, pathHash },
      orderBy: { position: 'asc' },
      select: { pathHash: true },
    }));
  return best.find((claim) => claim.pathHash === found?.pathHash) ?? best[0]!;
}

async function assignOtherId(
  db: IndexDb,
  { repositoryId, branch, defaultBranch }: IndexedBranch,
  { pathHash, lastCommitOid }: Claim,
): Promise<void> {
  const onDefaultBranch = await db.read.branchFile.findUnique({
    where: { repositoryId_branch_pathHash: { repositoryId, branch: defaultBranch, pathHash } },
    select: { documentId: true },
  });
  const shared = onDefaultBranch?.documentId ?? null;
  const isFree =
    shared !== null &&
    (await db.read.branchFile.count({ where: { repositoryId, branch, documentId: shared } })) === 0;
  const documentId = isFree ? shared : randomUUID();
  await db.step(async (tx) => {
    if (!isFree) await tx.notebookDocument.create({ data: { id: documentId, repositoryId } });
    await tx.branchFile.update({
      where: { repositoryId_branch_pathHash: { repositoryId, branch, pathHash } },
      data: { documentId },
    });
    await tx.fileVersion.updateMany({
      where: { repositoryId, branch, commitOid: lastCommitOid, pathHash },
      data: { documentId },
    });
  });
}
