import { DomainError } from '../../../errors.js';
import { yieldToEventLoop } from '../../../paging/yield-to-event-loop.js';
import { type RecordedRenames, recordedRenames } from '../history/recorded-renames.js';
import type { NativeGit } from '../native/native-git.js';
import { objectId } from '../object-id.js';
import type { ObjectStore } from '../objects/object-store.js';
import { findRenames } from '../trees/find-renames.js';
import { isSameEntry } from '../trees/path-tree.js';
import { isRegularFile } from '../trees/tree-bytes.js';
import { diffTrees, type FileDifference, sortedByPath } from '../trees/tree-diff.js';
import { maxPrefix } from '../trees/tree-files.js';
import type { MergeCommit, MergeSides, SideRenames } from './merge-sides.js';

interface Parts {
  objects: ObjectStore;
  native: NativeGit;
}

/** As in a merge of Git, files without content are no renames of each other: there are many of them. */
const emptyBlob = objectId('blob', Buffer.alloc(0));
/** Where more files differ between a base and a side, none counts as renamed but those that a commit records. */
const maxFiles = 100_000;
/** With more bases no rename is looked for: only branches that were merged crosswise again and again have so many. */
const maxBases = 8;
/** The caller of a merge limits how many run. */
const search = { enter: async () => () => {} };

/**
 * What each side of a merge renamed: first the renames that its commits record; then, for files that are gone on one side and
 * that the other side changed or removed, files with the same bytes, then similar files, as a comparison finds them, but for
 * files that are new by what the commits record. None where no rename matters for the merge, and where it has over 8 bases.
 * @throws DomainError `storage_unavailable`
 */
export async function sideRenames(git: Parts, { bases, ours, theirs }: MergeSides): Promise<SideRenames> {
  if (bases.length > maxBases) return { ours: new Map(), theirs: new Map() };
  const found = {
    ours: await renamesOf(git, { bases, side: ours, other: theirs }),
    theirs: await renamesOf(git, { bases, side: theirs, other: ours }),
  };
  const matters = found.ours.matters || found.theirs.matters;
  return matters
    ? { ours: found.ours.pairs, theirs: found.theirs.pairs }
    : { ours: new Map(), theirs: new Map() };
}

interface OneSide {
  bases: MergeCommit[];
  side: MergeCommit;
  other: MergeCommit;
}

async function renamesOf(git: Parts, at: OneSide): Promise<{ pairs: Map<string, string>; matters: boolean }> {
  const isUnchanged = at.bases.some((base) => [at.side.treeOid, at.other.treeOid].includes(base.treeOid));
  if (isUnchanged) return { pairs: new Map(), matters: false };
  const pairs = new Map<string, string>();
  let matters = false;
  const recorded = await recordedRenames(git, oidsOf(at.bases), at.side.oid);
  for (const [from, to] of recorded.pairs) {
    const pause = yieldToEventLoop();
    if (pause) await pause;
    if (Math.max(from.length, to.length) > maxPrefix) continue;
    if (!(await hasFile([at.side], to)) || !(await hasFile(at.bases, from))) continue;
    pairs.set(from, to);
    matters ||= (await isChanged(at, from)) || (await isTaken(at, to));
  }
  for (const [from, to] of await guessedRenames(git, at, { pairs, added: recorded.added })) {
    pairs.set(from, to);
    matters = true;
  }
  return { pairs, matters };
}

/** Of several bases each has to lead to the same rename. */
async function guessedRenames(
  git: Parts,
  at: OneSide,
  recorded: RecordedRenames,
): Promise<Map<string, string>> {
  const [first, ...others] = at.bases;
  const agreed = await guessFrom(git, { ...at, bases: [first!] }, recorded);
  for (const base of others) {
    if (agreed.size === 0) break;
    const found = await guessFrom(git, { ...at, bases: [base] }, recorded);
    for (const [from, to] of agreed) if (found.get(from) !== to) agreed.delete(from);
  }
  return agreed;
}

async function guessFrom(git: Parts, at: OneSide, recorded: RecordedRenames): Promise<Map<string, string>> {
  const [before, after] = [at.bases[0]!.treeOid, at.side.treeOid];
  const known = new Set([...recorded.pairs.keys(), ...recorded.pairs.values()]);
  const found = (await differences(git.objects, before, after)).filter(
    (one) => !known.has(one.path) && one.before !== emptyBlob && one.after !== emptyBlob,
  );
  const wanted = new Set<string>();
  for (const one of found) {
    const pause = yieldToEventLoop();
    if (pause) await pause;
    if (one.after === null && (await isChanged(at, one.path))) wanted.add(one.path);
  }
  if (wanted.size === 0) return new Map();
  const pairs = await findRenames(git, { before, after, found: sortedByPath(found), search });
  const blobs = new Map(found.map((one) => [one.path, one.before ?? one.after]));
  const isLikely = (from: string, to: string) => !recorded.added.has(to) || blobs.get(from) === blobs.get(to);
  return new Map(
    [...pairs].flatMap(([to, from]) => (wanted.has(from) && isLikely(from, to) ? [[from, to]] : [])),
  );
}

/** The files that differ; none where so many do that no rename is looked for. */
async function differences(objects: ObjectStore, before: string, after: string): Promise<FileDifference[]> {
  try {
    const found = await diffTrees(objects, before, after);
    return found.length > maxFiles ? [] : found;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'payload_too_large') return [];
    throw error;
  }
}

/** Whether the other side has another file at a path of the bases, or none. */
async function isChanged({ bases, other }: OneSide, path: string): Promise<boolean> {
  const now = await other.files.find(path);
  for (const { files } of bases) if (!isSameEntry(now, await files.find(path))) return true;
  return false;
}

/** Whether a rename replaced a file that the other side changed. */
async function isTaken(at: OneSide, path: string): Promise<boolean> {
  for (const base of at.bases) if ((await hasFile([base], path)) && (await isChanged(at, path))) return true;
  return false;
}

async function hasFile(commits: readonly MergeCommit[], path: string): Promise<boolean> {
  for (const { files } of commits) {
    const entry = await files.find(path);
    if (!entry || !isRegularFile(entry.mode)) return false;
  }
  return true;
}

function oidsOf(commits: readonly MergeCommit[]): string[] {
  return commits.map(({ oid }) => oid);
}
