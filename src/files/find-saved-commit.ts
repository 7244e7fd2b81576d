import { pathHash } from '../notebooks/path-hash.js';
import { serviceIdentity } from '../repositories/service-identity.js';
import type { FileServices } from './file-services.js';
import type { BranchTarget } from './file-target.js';

/** This many commits with the same last line are read: anybody who may push can write it. */
const maxCommits = 20;

/**
 * The commit with which the gateway has saved a file before, by the last line of its message. A commit that a Git client made does
 * not count, nor one whose message has the line elsewhere: users mention such lines, and copy them.
 * @returns null when there is none
 */
export async function findSavedCommit(
  { prisma, indexer }: FileServices,
  { repository, branch, git }: Pick<BranchTarget, 'repository' | 'branch' | 'git'>,
  { path, lastLine }: { path: string; lastLine: string },
): Promise<string | null> {
  const repositoryId = repository.id;
  await indexer.ensure(repositoryId, branch);
  const versions = await prisma.fileVersion.findMany({
    where: { repositoryId, branch, pathHash: pathHash(path), message: { endsWith: `\n\n${lastLine}` } },
    orderBy: { position: 'asc' },
    take: maxCommits,
    select: { commitOid: true },
  });
  for (const { commitOid } of versions) {
    const { committer } = await git.readCommit(commitOid);
    if (committer.email === serviceIdentity.email) return commitOid;
  }
  return null;
}
