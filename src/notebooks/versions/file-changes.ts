import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import type { Commit, GitRepository, PathChange } from '../../engines/git/git-store.js';
import { pathHash } from '../path-hash.js';
import { storable } from './storable.js';

/** The change of one file of a branch by one commit. */
export interface FileChangeEvent {
  branch: string;
  path: string;
  change: 'created' | 'updated' | 'deleted' | 'renamed';
  /** The path before a rename; null for other changes. */
  previousPath: string | null;
  /** The object id of the blob; null for a deletion. */
  sha: string | null;
  /** Null for text files. */
  notebookId: string | null;
  commitSha: string;
  author: { userId: string | null; name: string; email: string };
  commitMessage: string;
}

/** The move of an indexed branch from one tip to another. */
export interface Step {
  repositoryId: string;
  branch: string;
  from: string;
  to: string;
}

/**
 * The file changes of a move, commit by commit, parents before children. After a force push `from` is not an ancestor of
 * `to`. Then it yields the differences between the two commits, as changes by the new tip.
 * @throws DomainError `not_found` when a commit is gone, `payload_too_large`
 */
export async function* fileChanges(
  deps: { prisma: PrismaClient; git: GitRepository },
  step: Step,
): AsyncGenerator<FileChangeEvent> {
  const { git } = deps;
  if (!(await git.isAncestor(step.from, step.to))) {
    const commit = await git.readCommit(step.to);
    const [before, after] = [await git.listFiles(step.from), await git.listFiles(step.to)];
    yield* describeChanges(
      deps,
      step,
      commit,
      difference(before, after),
      new Set(before.map(({ path }) => path)),
    );
    return;
  }
  for await (const { commit, changes } of git.history(step.from, step.to)) {
    const before = new Set<string>();
    const parent = commit.parents[0];
    for (const { path, oid } of changes) {
      if (parent && oid !== null && (await git.fileOid(parent, path))) before.add(path);
    }
    yield* describeChanges(deps, step, commit, changes, before);
  }
}

function difference(before: { path: string; oid: string }[], after: typeof before): PathChange[] {
  const old = new Map(before.map(({ path, oid }) => [path, oid]));
  const changed = after.filter(({ path, oid }) => old.get(path) !== oid);
  const now = new Set(after.map(({ path }) => path));
  return [
    ...changed,
    ...before.filter(({ path }) => !now.has(path)).map(({ path }) => ({ path, oid: null })),
  ];
}

/** @param before the changed paths that had a file before the commit */
async function* describeChanges(
  { prisma }: { prisma: PrismaClient },
  { repositoryId, branch }: Step,
  commit: Commit,
  changes: PathChange[],
  before: ReadonlySet<string>,
): AsyncGenerator<FileChangeEvent> {
  const { name, email } = commit.author;
  const user = await prisma.user.findUnique({ where: { email: storable(email) }, select: { id: true } });
  const moved = new Set(changes.map(({ renamedFrom }) => renamedFrom));
  for (const { path, oid, renamedFrom = null } of changes) {
    if (oid === null && moved.has(path)) continue;
    const version = await prisma.fileVersion.findFirst({
      where: { repositoryId, branch, pathHash: pathHash(path), ...(oid === null ? {} : { blobOid: oid }) },
      orderBy: { position: 'desc' },
      select: { documentId: true },
    });
    const isUpdate = before.has(path) && !moved.has(path);
    yield {
      branch,
      path,
      change: oid === null ? 'deleted' : renamedFrom ? 'renamed' : isUpdate ? 'updated' : 'created',
      previousPath: renamedFrom,
      sha: oid,
      notebookId: version?.documentId ?? null,
      commitSha: commit.oid,
      author: { userId: user?.id ?? null, name, email },
      commitMessage: commit.message.trimEnd(),
    };
  }
}
