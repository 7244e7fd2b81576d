import { DomainError } from '../../../errors.js';
import type { CommitLinks } from '../objects/commit-object.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readLinks } from '../objects/read-commit.js';
import { diffTrees } from '../trees/tree-diff.js';

const maxMs = 10_000;

/**
 * The commit that last changed each of some paths, seen from a commit: what `git log -1 COMMIT -- PATH` prints for each.
 * Git needs one process and one walk for each path; this is one walk for all of them, and compares each commit with its
 * parents once. Like git's history simplification, a path follows the first parent that has the same file (or none
 * either), until no parent has.
 * @throws DomainError `not_found` (the commit), `payload_too_large` after 10 s
 */
export async function lastChanges(
  objects: ObjectStore,
  at: string,
  paths: Iterable<string>,
): Promise<Map<string, string>> {
  const deadline = performance.now() + maxMs;
  const found = new Map<string, string>();
  const walk = new Walk();
  walk.add(await readLinks(objects, at), new Set(paths));
  for (let next = walk.takeNewest(); next; next = walk.takeNewest()) {
    if (performance.now() > deadline) throw tooLong();
    let unchanged = next.paths;
    for (const oid of next.commit.parents) {
      if (unchanged.size === 0) break;
      const parent = await readLinks(objects, oid);
      const changed = new Set<string>();
      for (const { path } of await diffTrees(objects, parent.treeOid, next.commit.treeOid)) {
        if (unchanged.delete(path)) changed.add(path);
      }
      if (unchanged.size > 0) walk.add(parent, unchanged);
      unchanged = changed;
    }
    for (const path of unchanged) found.set(path, next.commit.oid);
  }
  return found;
}

/** The commits that are still to be compared with their parents, each with the paths that it is asked for. */
class Walk {
  /** Oldest first. Only commits on parallel branches are in it at the same time, so it is short. */
  readonly #commits: CommitLinks[] = [];
  readonly #paths = new Map<string, Set<string>>();

  add(commit: CommitLinks, paths: Set<string>): void {
    const known = this.#paths.get(commit.oid);
    if (known) {
      for (const path of paths) known.add(path);
      return;
    }
    this.#paths.set(commit.oid, paths);
    let at = this.#commits.length;
    while (at > 0 && this.#commits[at - 1]!.time > commit.time) at -= 1;
    this.#commits.splice(at, 0, commit);
  }

  takeNewest(): { commit: CommitLinks; paths: Set<string> } | undefined {
    const commit = this.#commits.pop();
    if (!commit) return undefined;
    const paths = this.#paths.get(commit.oid)!;
    this.#paths.delete(commit.oid);
    return { commit, paths };
  }
}

function tooLong(): DomainError {
  return new DomainError(
    'payload_too_large',
    'The history behind this commit is too long to find the last change of each file; ask for fewer files, or for a branch.',
  );
}
