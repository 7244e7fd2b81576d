import { DomainError } from '../../../errors.js';
import type { CommitLinks } from '../objects/commit-object.js';
import type { ObjectStore } from '../objects/object-store.js';
import { diffTrees } from '../trees/tree-diff.js';
import { NewestFirst } from './commit-walk.js';

const longestMs = 10_000;

/**
 * The commit that last changed each of some paths, seen from a commit: `git log -1 COMMIT -- PATH` for all of them in one
 * walk. A path goes on to the first parent that has the same file there (or none, either), as git's history
 * simplification does, until no parent has. Each commit on the way is compared with its parents once.
 * @throws DomainError `not_found` (the commit), `payload_too_large` after 10 s
 */
export async function lastChanges(
  git: { objects: ObjectStore; readLinks(oid: string): Promise<CommitLinks> },
  at: string,
  paths: Iterable<string>,
): Promise<Map<string, string>> {
  const deadline = performance.now() + longestMs;
  const found = new Map<string, string>();
  const pending = new Map<string, Set<string>>([[at, new Set(paths)]]);
  const queue = new NewestFirst();
  queue.push(await git.readLinks(at));
  for (let commit = queue.pop(); commit; commit = queue.pop()) {
    let open = pending.get(commit.oid)!;
    pending.delete(commit.oid);
    if (performance.now() > deadline) throw tooLong();
    for (const oid of commit.parents) {
      if (open.size === 0) break;
      const parent = await git.readLinks(oid);
      const changed = new Set<string>();
      for (const { path } of await diffTrees(git.objects, parent.treeOid, commit.treeOid)) {
        // What is left of `open` has the same file there.
        if (open.delete(path)) changed.add(path);
      }
      if (open.size > 0) goOn(pending, queue, parent, open);
      open = changed;
    }
    for (const path of open) found.set(path, commit.oid);
  }
  return found;
}

function goOn(
  pending: Map<string, Set<string>>,
  queue: NewestFirst,
  commit: CommitLinks,
  paths: Set<string>,
): void {
  const waiting = pending.get(commit.oid);
  if (!waiting) {
    pending.set(commit.oid, paths);
    queue.push(commit);
  } else for (const path of paths) waiting.add(path);
}

function tooLong(): DomainError {
  return new DomainError(
    'payload_too_large',
    'The history behind this commit is too long to find the last change of each file; ask for fewer files, or for a branch.',
  );
}
