import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { GitRepository } from '../git/git-store.js';

const mostSteps = 20_000;

/**
 * The commit that last changed a path, seen from a commit that need not be a branch's tip: walks to any parent that
 * has the same blob there, as git's history simplification does, until none has. Reading a listed version takes one
 * step; the walk is bounded.
 */
export async function lastChange(
  prisma: PrismaClient,
  git: GitRepository,
  at: { repositoryId: string; commitOid: string; path: string },
): Promise<{ commitOid: string; documentId: string | null }> {
  const { repositoryId, path } = at;
  let commitOid = at.commitOid;
  const oidAt = (commit: string) => git.fileOid(commit, path).catch(() => null);
  const oid = await oidAt(commitOid);
  walk: for (let step = 0; step < mostSteps; step++) {
    for (const parent of (await git.readCommit(commitOid)).parents) {
      if ((await oidAt(parent)) === oid) {
        commitOid = parent;
        continue walk;
      }
    }
    break;
  }
  const version = await prisma.fileVersion.findFirst({
    where: { repositoryId, commitOid, path, documentId: { not: null } },
    select: { documentId: true },
  });
  return { commitOid, documentId: version?.documentId ?? null };
}
