import type { GitRepository } from '../../engines/git/git-store.js';
import { blobAt } from './blob-at.js';
import type { CommitChanges } from './commit-changes.js';

/** Commits that are imported together. */
export interface ImportStep {
  /** Parents before children. */
  commits: readonly CommitChanges[];
  /** The commit to which the import leads. */
  tip: string;
  /** Whether a commit came by a merge: first parents alone do not lead to it. */
  isMerged(oid: string): boolean;
}

/** {@link ImportStep.isMerged} for all commits of an import. @param tip the last of them */
export function mergedAmong(commits: readonly CommitChanges[], tip: string): (oid: string) => boolean {
  const parents = new Map(commits.map(({ commit }) => [commit.oid, commit.parents[0]]));
  const own = new Set<string>();
  for (let oid: string | undefined = tip; oid !== undefined && parents.has(oid); oid = parents.get(oid))
    own.add(oid);
  return (oid) => !own.has(oid);
}

/**
 * The id of the version of a notebook that a merged commit changed, where this is another one than that of the file: the branch
 * had another notebook at this path when the commit was merged. The content of the branch's own file is a version of that file.
 * @param known the id that other branches gave to the path in this commit
 */
export async function mergedVersionId(
  git: GitRepository,
  { tip, isMerged }: ImportStep,
  at: { commitOid: string; path: string; blobOid: string; known: string | undefined; current: string | null },
): Promise<string | null> {
  const { commitOid, path, blobOid, known, current } = at;
  if (known === undefined || known === current || !isMerged(commitOid)) return current;
  return (await blobAt(git, tip, path)) === blobOid ? current : known;
}
