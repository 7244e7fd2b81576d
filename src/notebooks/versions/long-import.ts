import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import { type CommitChanges, importCommits } from './import-commits.js';
import { type IndexDb, type IndexedBranch, IndexMoved, inSteps, itemsPerStatement } from './index-db.js';
import { keepIdsApart } from './keep-ids-apart.js';
import { settleFiles } from './reconcile-files.js';
import { takeBack } from './remove-commits.js';

const commitsPerStep = 500;
const changesPerStep = 2_000;

/**
 * Brings an index up to a commit in short steps, with bounded memory; the caller is the only one who does. Begins where
 * one that was killed stopped. Until the end the row says that it is not complete, so that nothing reads it.
 * @returns the commit that it stands for now: where an import that was under way leads to, else `tip`
 * @throws IndexMoved when the row is not as it was; the signal's reason
 */
export async function longImport(
  deps: { prisma: PrismaClient; git: GitRepository },
  at: IndexedBranch,
  to: { indexed: string | null; tip: string; signal: AbortSignal },
): Promise<string> {
  const { prisma, git } = deps;
  const { repositoryId, branch } = at;
  const key = { repositoryId_branch: { repositoryId, branch } };
  const db = inSteps(prisma, to.signal);
  // The row comes first: what is imported refers to it.
  const row = await prisma.branchIndex.upsert({
    where: key,
    create: { repositoryId, branch, tipOid: '', targetOid: to.tip },
    update: {},
  });
  if ((row.tipOid || null) !== to.indexed) throw new IndexMoved();
  const resumes = row.targetOid !== null && (await git.isKnown(row.targetOid));
  const target = resumes ? row.targetOid! : to.tip;
  let done = { count: resumes ? row.importedCommits : 0, oid: resumes ? row.importedOid : null };
  const start = { targetOid: target, importedCommits: done.count, importedOid: done.oid };
  await prisma.branchIndex.update({ where: key, data: start });

  const base = to.indexed !== null && (await git.isKnown(to.indexed)) ? to.indexed : null;
  const lost = base === null && to.indexed !== null;
  const reached = new Set<string>();
  if (done.count === 0 && base !== null && !(await git.isAncestor(base, target)))
    await takeBack(db, git, at, base, git.history(target, base));
  if (done.count === 0 && lost)
    await db.step(async (tx) => void (await tx.branchFile.deleteMany({ where: { repositoryId, branch } })));

  let batch: CommitChanges[] = [];
  let changes = 0;
  let count = 0;
  const flush = async () => {
    const next = { count, oid: batch.at(-1)!.commit.oid };
    const from = done;
    await importCommits(db, git, at, batch, {
      sizes: false,
      last: async (tx) => {
        const { count: moved } = await tx.branchIndex.updateMany({
          where: { repositoryId, branch, targetOid: target, importedCommits: from.count },
          data: { importedCommits: next.count, importedOid: next.oid },
        });
        if (moved !== 1) throw new IndexMoved();
      },
    });
    done = next;
    batch = [];
    changes = 0;
  };
  for await (const entry of git.history(base, target)) {
    to.signal.throwIfAborted();
    if (lost) reached.add(entry.commit.oid);
    count += 1;
    if (count <= done.count && batch.length === 0) {
      if (count < done.count || entry.commit.oid === done.oid) continue;
      // Another order than the one before the kill: all over again, which leaves what is right as it is.
      await prisma.branchIndex.update({ where: key, data: { importedCommits: 0, importedOid: null } });
      throw new IndexMoved();
    }
    batch.push(entry);
    changes += entry.changes.length;
    if (batch.length >= commitsPerStep || changes >= changesPerStep) await flush();
  }
  if (batch.length > 0) await flush();
  if (lost) await dropUnreached(db, at, reached);
  await settleFiles(db, git, at, target);
  await keepIdsApart(db, git, at, base);
  const { count: moved } = await prisma.branchIndex.updateMany({
    where: { repositoryId, branch, targetOid: target },
    data: { tipOid: target, targetOid: null, importedCommits: 0, importedOid: null },
  });
  if (moved !== 1) throw new IndexMoved();
  return target;
}

/** Where the commit that was indexed is gone, what it led to cannot be walked: what the new tip does not reach goes. */
async function dropUnreached(db: IndexDb, at: IndexedBranch, reached: Set<string>): Promise<void> {
  const { repositoryId, branch } = at;
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
    const gone = rows.filter(({ commitOid }) => !reached.has(commitOid)).map(({ id }) => id);
    if (gone.length === 0) continue;
    await db.step(async (tx) => void (await tx.fileVersion.deleteMany({ where: { id: { in: gone } } })));
  }
}
