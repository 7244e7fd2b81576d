import type { Prisma } from '../../../prisma/generated/client/client.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import { pathHash } from '../path-hash.js';
import { blobAt } from './blob-at.js';
import { unknownSize } from './import-commits.js';
import { chunk, type IndexDb, type IndexedBranch, itemsPerStatement } from './index-db.js';
import { newestVersions } from './newest-versions.js';

/**
 * Makes the files of a branch those of a commit, where they are not: a merge may keep of a file what an earlier commit of
 * the order made of it, and a commit that was taken back leaves what was before. A file that is put right is of the newest
 * version with its content.
 * @param paths which files; absent: all
 */
export async function settleFiles(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  commitOid: string,
  paths?: Iterable<string>,
): Promise<void> {
  if (paths) {
    for (const some of chunk([...paths], itemsPerStatement)) {
      const expected = new Map<string, string | null>();
      for (const path of some) expected.set(path, await blobAt(git, commitOid, path));
      await settle(db, git, at, { commitOid, expected });
    }
    return;
  }
  const { repositoryId, branch } = at;
  const files = await git.listFiles(commitOid);
  for (const some of chunk(files, itemsPerStatement)) {
    await settle(db, git, at, { commitOid, expected: new Map(some.map(({ path, oid }) => [path, oid])) });
  }
  const present = new Set(files.map(({ path }) => path));
  for (let after = ''; ; ) {
    const rows = await db.read.branchFile.findMany({
      where: { repositoryId, branch, pathHash: { gt: after } },
      orderBy: { pathHash: 'asc' },
      take: itemsPerStatement,
      select: { path: true, pathHash: true },
    });
    if (rows.length === 0) return;
    after = rows.at(-1)!.pathHash;
    const gone = rows.filter(({ path }) => !present.has(path));
    if (gone.length === 0) continue;
    await settle(db, git, at, { commitOid, expected: new Map(gone.map(({ path }) => [path, null])) });
  }
}

async function settle(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  to: { commitOid: string; expected: Map<string, string | null> },
): Promise<void> {
  const { repositoryId, branch } = at;
  const all = [...to.expected.keys()];
  const found = await db.read.branchFile.findMany({
    where: { repositoryId, branch, pathHash: { in: all.map(pathHash) } },
  });
  const rows = new Map(found.map((row) => [row.path, row]));
  const wrong = [...to.expected].filter(([path, oid]) => (rows.get(path)?.blobOid ?? null) !== oid);
  const present = wrong.flatMap(([path, oid]) => (oid === null ? [] : [{ path, oid }]));
  const versions = await newestVersions(db.read, at, present);
  const { committer } = await git.readCommit(to.commitOid);
  const data: Prisma.BranchFileCreateManyInput[] = [];
  for (const { path, oid } of present) {
    const version = versions.get(path);
    data.push({
      repositoryId,
      branch,
      path,
      pathHash: pathHash(path),
      blobOid: oid,
      size: await git.blobSize(oid),
      documentId: version?.documentId ?? null,
      lastCommitOid: version?.commitOid ?? to.commitOid,
      updatedAt: version?.createdAt ?? committer.date,
    });
  }
  const known = new Set(wrong.map(([path]) => path));
  for (const row of found) {
    if (row.size !== unknownSize || known.has(row.path)) continue;
    known.add(row.path);
    data.push({ ...row, size: await git.blobSize(row.blobOid) });
  }
  if (known.size === 0) return;
  await db.step(async (tx) => {
    await tx.branchFile.deleteMany({
      where: { repositoryId, branch, pathHash: { in: [...known].map(pathHash) } },
    });
    await tx.branchFile.createMany({ data });
  });
}
