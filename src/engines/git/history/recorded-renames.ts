import { DomainError } from '../../../errors.js';
import { yieldToEventLoop } from '../../../paging/yield-to-event-loop.js';
import { storageUnavailable } from '../durability/storage-error.js';
import type { Commit } from '../git-types.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';
import { type CommitDifferences, nativeHistory } from '../native/native-history.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readCommit, readLinks } from '../objects/read-commit.js';
import { diffTrees } from '../trees/tree-diff.js';
import { existingRenames } from './existing-renames.js';
import { applyToOrigins, type FileOrigins, mergedOrigins } from './file-origins.js';
import { linearChain } from './linear-chain.js';
import { readCommits } from './read-commits.js';

interface HistoryParts {
  objects: ObjectStore;
  native: NativeGit;
}

/** A history beyond one of these limits is not read: all its renames are guessed then. */
const maxCommits = 10_000;
/** Recorded renames; a push can invent any number of them. */
const maxRenames = 5_000;
/** Origins of files that are kept at the same time, of all commits whose children are not read yet. */
const maxOrigins = 200_000;
/** Parents of one commit. */
const maxParents = 16;
/** How long the reading takes, in milliseconds. */
const maxMs = 10_000;

/** What is kept of a commit. */
type Step = Pick<Commit, 'parents' | 'treeOid' | 'renames'>;

/** What the commits between two commits record; that there are such files is for the reader to check. */
export interface RecordedRenames {
  /** By the path in the bases, the path in the tip. */
  pairs: ReadonlyMap<string, string>;
  /** Paths in the tip whose files, if there are any, are not those that the bases have under any path. */
  added: ReadonlySet<string>;
}

const none: RecordedRenames = { pairs: new Map(), added: new Set() };

/** The history between the bases and the tip. */
interface Range {
  bases: readonly string[];
  tip: string;
  /** Whether each commit has one parent, and the first one has the base. */
  isChain: boolean;
  /** Parents before children. */
  commits: Map<string, Step>;
}

/**
 * The renames that the commits between two commits record. Several renames of one file are joined into one. The rename of a file
 * that was deleted later does not count, even if another file has its path now. Where branches were merged in between, each file
 * has the origin that it has on the side from which it comes.
 * @param bases the merge bases: the commits that they lead to are left out
 * @returns none where the history is too long
 * @throws DomainError `storage_unavailable`
 */
export async function recordedRenames(
  git: HistoryParts,
  bases: readonly string[],
  tip: string,
): Promise<RecordedRenames> {
  const deadline = performance.now() + maxMs;
  try {
    const range = await readRange(git, bases, tip, deadline);
    const origins = range && (await originsAt(git, range, deadline));
    return origins ? renamesOf(origins) : none;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'payload_too_large') return none;
    throw error instanceof NativeGitError ? storageUnavailable(error) : error;
  }
}

/** Without a file that became two: which of them a change belongs to is for a guess. */
function renamesOf(origins: FileOrigins): RecordedRenames {
  const pairs = new Map<string, string>();
  const added = new Set<string>();
  const several = new Set<string>();
  for (const [path, origin] of origins) {
    if (origin === null) added.add(path);
    if (origin === null || origin === path) continue;
    if (pairs.has(origin)) several.add(origin);
    pairs.set(origin, path);
  }
  for (const origin of several) pairs.delete(origin);
  return { pairs, added };
}

/** Null where no commit records a rename, and where there is too much to read. */
async function readRange(
  git: HistoryParts,
  bases: readonly string[],
  tip: string,
  deadline: number,
): Promise<Range | null> {
  const chain = bases.length === 1 ? await linearChain(git.objects, bases[0]!, tip) : null;
  const oids = chain ? chain.map(({ oid }) => oid) : await listCommits(git, bases, tip);
  if (oids.length > maxCommits) return null;
  const commits = new Map<string, Step>();
  let count = 0;
  for await (const { oid, parents, treeOid, renames } of chain ? readShort(git, oids) : readLong(git, oids)) {
    const pause = yieldToEventLoop();
    if (pause) await pause;
    count += renames?.length ?? 0;
    if (count > maxRenames || parents.length > maxParents || performance.now() > deadline) return null;
    commits.set(oid, { parents: [...new Set(parents)].map(copied), treeOid: copied(treeOid), renames });
  }
  return count === 0 ? null : { bases, tip, isChain: chain !== null, commits };
}

async function* readShort({ objects }: HistoryParts, oids: readonly string[]): AsyncGenerator<Commit> {
  for (const oid of oids) yield await readCommit(objects, oid);
}

async function* readLong(git: HistoryParts, oids: readonly string[]): AsyncGenerator<Commit> {
  const withoutDifferences = async function* () {
    for (const oid of oids) yield { oid, differences: [] };
  };
  for await (const { commit } of readCommits(git, withoutDifferences())) yield commit;
}

/** The text without the one that it is a part of: a commit may be large. */
function copied(oid: string): string {
  return Buffer.from(oid).toString();
}

/** The origins of the tip's files; null where it takes too much to find them. */
async function originsAt(git: HistoryParts, range: Range, deadline: number): Promise<FileOrigins | null> {
  const { commits, tip } = range;
  const paths = new Set<string>();
  for (const { renames } of commits.values())
    for (const { from, to } of renames ?? []) paths.add(from).add(to);
  const open = new OpenOrigins(commits);
  for await (const { oid, differences } of differencesOf(git, range)) {
    const commit = commits.get(oid);
    if (!commit) continue;
    const { parents, treeOid } = commit;
    let origins: FileOrigins;
    if (parents.length > 1) {
      const sides = parents.map(async (parent) => ({
        treeOid: commits.get(parent)?.treeOid ?? (await readLinks(git.objects, parent)).treeOid,
        origins: open.take(parent),
      }));
      origins = await mergedOrigins(git.objects, treeOid, await Promise.all(sides));
    } else {
      origins = parents[0] ? open.take(parents[0]) : new Map();
      const renames = await existingRenames(git.objects, commit, differences);
      applyToOrigins(origins, { renames, differences, paths });
    }
    open.add(oid, origins);
    if (open.size > maxOrigins || performance.now() > deadline) return null;
  }
  return open.take(tip);
}

async function* differencesOf(
  git: HistoryParts,
  { bases, tip, isChain, commits }: Range,
): AsyncGenerator<CommitDifferences> {
  const { objects, native } = git;
  if (!isChain) {
    yield* nativeHistory(native, objects.files.gitdir, { from: bases, to: tip });
    return;
  }
  let before = (await readLinks(objects, bases[0]!)).treeOid;
  for (const [oid, { treeOid }] of commits) {
    yield { oid, differences: await diffTrees(objects, before, treeOid) };
    before = treeOid;
  }
}

/** The origins of the commits whose children are yet to come. */
class OpenOrigins {
  readonly #origins = new Map<string, FileOrigins>();
  /** How many children of each commit are yet to come. */
  readonly #children = new Map<string, number>();
  /** How many files have an origin, in all. */
  size = 0;

  constructor(commits: ReadonlyMap<string, Step>) {
    for (const { parents } of commits.values())
      for (const parent of parents) this.#children.set(parent, (this.#children.get(parent) ?? 0) + 1);
  }

  add(oid: string, origins: FileOrigins): void {
    this.#origins.set(oid, origins);
    this.size += origins.size;
  }

  /** Those of a commit, for one of its children to change; none for a commit that the bases lead to. */
  take(oid: string): FileOrigins {
    const origins = this.#origins.get(oid);
    if (!origins) return new Map();
    const left = (this.#children.get(oid) ?? 0) - 1;
    this.#children.set(oid, left);
    if (left > 0) return new Map(origins);
    this.#origins.delete(oid);
    this.size -= origins.size;
    return origins;
  }
}

async function listCommits(
  { objects, native }: HistoryParts,
  bases: readonly string[],
  tip: string,
): Promise<string[]> {
  const args = ['rev-list', '--topo-order', '--reverse', `--max-count=${maxCommits + 1}`];
  const printed = await native.run([...args, tip, ...bases.map((oid) => `^${oid}`)], {
    gitdir: objects.files.gitdir,
    env: { GIT_NO_REPLACE_OBJECTS: '1' },
    timeoutMs: maxMs,
  });
  return printed.toString().split('\n').filter(Boolean);
}
