import { guardStorage } from '../durability/storage-error.js';
import type { Commit } from '../git-types.js';
import { NativeCommits } from '../native/native-commits.js';
import type { NativeGit } from '../native/native-git.js';
import type { CommitDifferences } from '../native/native-history.js';
import { decodeCommit } from '../objects/commit-object.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readCommit } from '../objects/read-commit.js';

const maxCommits = 128;
const maxDifferences = 1_000;

/** A commit and the files that differ between it and its first parent. */
export interface ReadCommit extends Omit<CommitDifferences, 'oid'> {
  commit: Commit;
}

/**
 * Reads the commits of a history. The first 128 are read in this process, because the histories that pushes ask for are
 * seldom longer, and the others by native git.
 * @throws DomainError `not_found` when there is no such commit, `storage_unavailable` when git cannot be started;
 *   NativeGitError
 */
export async function* readCommits(
  git: { objects: ObjectStore; native: NativeGit },
  history: AsyncIterable<CommitDifferences>,
): AsyncGenerator<ReadCommit> {
  let native: NativeCommits | undefined;
  let before: CommitDifferences[] = [];
  let read = (oid: string) => guardStorage(() => readCommit(git.objects, oid));
  const readAll = async function* () {
    for (const { oid, differences } of before) yield { commit: await read(oid), differences };
  };
  try {
    for await (const group of groups(history)) {
      // Git reads this group while the one before is used.
      const isFirst = before.length === 0;
      if (!isFirst) native ??= new NativeCommits(git.native, git.objects.files.gitdir);
      native?.ask(group.map(({ oid }) => oid));
      yield* readAll();
      if (native) read = (oid) => nextCommit(git.objects, native!, oid);
      before = group;
    }
    yield* readAll();
  } finally {
    native?.close();
  }
}

async function nextCommit(objects: ObjectStore, native: NativeCommits, oid: string): Promise<Commit> {
  const next = native.next();
  const bytes = next instanceof Promise ? await next : next;
  return bytes ? decodeCommit(oid, bytes) : guardStorage(() => readCommit(objects, oid));
}

/** Lists of at most 128 commits, and fewer where they change many files. */
async function* groups(history: AsyncIterable<CommitDifferences>): AsyncGenerator<CommitDifferences[]> {
  let group: CommitDifferences[] = [];
  let count = 0;
  for await (const one of history) {
    group.push(one);
    count += one.differences.length;
    if (group.length < maxCommits && count < maxDifferences) continue;
    yield group;
    group = [];
    count = 0;
  }
  if (group.length > 0) yield group;
}
