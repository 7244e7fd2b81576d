import { storageUnavailable } from '../durability/storage-error.js';
import type { Commit } from '../git-types.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readCommit } from '../objects/read-commit.js';
import { yieldToEventLoop } from '../yield-to-event-loop.js';
import { existingRenames } from './existing-renames.js';
import { linearChain } from './linear-chain.js';
import { readCommits } from './read-commits.js';

interface HistoryParts {
  objects: ObjectStore;
  native: NativeGit;
}

/** A longer history is not read: all its renames are guessed then. */
const maxCommits = 10_000;
/** The same for more renames, which a push can invent. */
const maxRenames = 5_000;
/** Milliseconds. */
const timeoutMs = 20_000;

/**
 * The renames that the commits between two commits record, one after the other as one. Where branches were merged in between
 * and each renamed the same file, the first one in the order of the history counts.
 * @param bases the merge bases: the commits that they lead to are left out
 * @returns by the path in the bases, the path in the tip; that there are such files is for the caller to check
 */
export async function recordedRenames(
  git: HistoryParts,
  bases: readonly string[],
  tip: string,
): Promise<Map<string, string>> {
  /** By path, the path in the base; null for a file that was renamed, whose path another file may have now. */
  const origins = new Map<string, string | null>();
  let count = 0;
  for await (const commit of commitsBetween(git, bases, tip)) {
    const pause = yieldToEventLoop();
    if (pause) await pause;
    const renames = await existingRenames(git.objects, commit);
    count += renames.length;
    if (count > maxRenames) return new Map();
    const moved = renames.map(({ from, to }) => [to, origins.has(from) ? origins.get(from)! : from] as const);
    for (const { from } of renames) origins.set(from, null);
    for (const [to, origin] of moved) origins.set(to, origin);
  }
  const pairs = new Map<string, string>();
  for (const [path, origin] of origins) if (origin !== null && origin !== path) pairs.set(origin, path);
  return pairs;
}

/** Parents before children; none where there are too many. */
async function* commitsBetween(
  git: HistoryParts,
  bases: readonly string[],
  tip: string,
): AsyncGenerator<Commit> {
  const [base, ...others] = bases;
  const chain = others.length === 0 ? await linearChain(git.objects, base!, tip) : null;
  if (chain) {
    for (const { oid } of chain) yield await readCommit(git.objects, oid);
    return;
  }
  const oids = await listCommits(git, bases, tip);
  if (oids.length > maxCommits) return;
  for await (const { commit } of readCommits(git, withoutDifferences(oids))) yield commit;
}

async function* withoutDifferences(oids: readonly string[]) {
  for (const oid of oids) yield { oid, differences: [] };
}

async function listCommits(
  { objects, native }: HistoryParts,
  bases: readonly string[],
  tip: string,
): Promise<string[]> {
  const args = ['rev-list', '--topo-order', '--reverse', `--max-count=${maxCommits + 1}`];
  try {
    const printed = await native.run([...args, tip, ...bases.map((oid) => `^${oid}`)], {
      gitdir: objects.files.gitdir,
      env: { GIT_NO_REPLACE_OBJECTS: '1' },
      timeoutMs,
    });
    return printed.toString().split('\n').filter(Boolean);
  } catch (error) {
    throw error instanceof NativeGitError ? storageUnavailable(error) : error;
  }
}
