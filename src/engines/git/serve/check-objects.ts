import { isReadableSegment } from '../file-path.js';
import { yieldToEventLoop } from '../objects/yield-to-event-loop.js';
import { isRegularFile, isTree, type TreeEntry, treeEntries } from '../trees/tree-bytes.js';
import type { PackObjects } from './pack-objects.js';
import { PushRefused } from './push-refused.js';
import { checkSymlinks, type Symlink } from './symlink-target.js';

/** The largest blob, tree, commit or tag, in bytes: as large as a file that is saved over the API. */
const largestObject = 64 * 1024 * 1024;
const longestPath = 4096;
const longestSegment = 255;
const mostSymlinks = 100_000;

/** Where a tree stands. */
interface Place {
  /** Empty, or ending in a slash. */
  prefix: string;
  /** Folders above it. */
  depth: number;
}

/**
 * Checks the objects that a push or a fetch brings for what git's fsck lets pass: names and paths that are too long, modes that
 * nothing has, symlinks that lead outside, objects that are too large. A tree that is here already is not gone through
 * again, so a symlink is judged by where this push puts its folder. Others have their turn all the while.
 * @throws PushRefused naming the path
 */
export async function checkObjects(pack: PackObjects): Promise<void> {
  const { trees, commits, oversize } = await sort(pack);
  const symlinks = new Map<string, Symlink>();
  /** The length of the longest prefix under which each tree was gone through. */
  const gone = new Map<string, number>();

  async function visit(
    bytes: Buffer,
    place: Place,
    isFirst: boolean,
    next: Map<string, Place>,
  ): Promise<void> {
    for (const entry of treeEntries(bytes)) {
      const pause = yieldToEventLoop();
      if (pause) await pause;
      const path = place.prefix + checkEntry(entry, place, oversize);
      if (isTree(entry.mode) && trees.has(entry.oid)) {
        const known = Math.max(gone.get(entry.oid) ?? -1, next.get(entry.oid)?.prefix.length ?? -1);
        if (path.length + 1 > known) next.set(entry.oid, { prefix: `${path}/`, depth: place.depth + 1 });
      } else if (entry.mode === '120000' && isFirst) {
        const { depth } = symlinks.get(entry.oid) ?? { depth: Number.POSITIVE_INFINITY };
        if (place.depth <= depth) symlinks.set(entry.oid, { path, depth: place.depth });
        if (symlinks.size > mostSymlinks) throw new PushRefused('the push has too many symlinks');
      }
    }
  }

  async function visitLevels(first: Map<string, Place>): Promise<void> {
    // Level by level: so each tree is first met where it has the fewest folders above it.
    for (let level = first; level.size > 0; ) {
      const next = new Map<string, Place>();
      for await (const { oid, bytes } of pack.read(sized(level.keys(), trees))) {
        const place = level.get(oid)!;
        const isFirst = !gone.has(oid);
        gone.set(oid, Math.max(gone.get(oid) ?? 0, place.prefix.length));
        await visit(bytes, place, isFirst, next);
      }
      level = next;
    }
  }

  const roots = new Map<string, Place>();
  for await (const { bytes } of pack.read(commits)) {
    const oid = /^tree ([0-9a-f]{40})\n/.exec(bytes.toString('latin1', 0, 46))?.[1];
    if (oid && trees.has(oid)) roots.set(oid, { prefix: '', depth: 0 });
  }
  await visitLevels(roots);
  // Trees that no commit of the push has, such as those that git adds to complete a thin pack.
  const others = [...trees.keys()].filter((oid) => !gone.has(oid));
  await visitLevels(new Map(others.map((oid) => [oid, { prefix: '', depth: Number.POSITIVE_INFINITY }])));
  await checkSymlinks(pack, symlinks);
  const [large] = oversize;
  if (large) throw tooLarge(`blob ${large}`);
}

function* sized(oids: Iterable<string>, sizes: Map<string, number>) {
  for (const oid of oids) yield { oid, size: sizes.get(oid)! };
}

async function sort(pack: PackObjects) {
  const trees = new Map<string, number>();
  const commits: { oid: string; size: number }[] = [];
  /** Blobs: refused once their path is known. */
  const oversize = new Set<string>();
  for await (const { oid, type, size } of pack.list()) {
    if (size > largestObject && type !== 'blob') throw tooLarge(`${type} ${oid}`);
    if (size > largestObject) oversize.add(oid);
    else if (type === 'tree') trees.set(oid, size);
    else if (type === 'commit') commits.push({ oid, size });
  }
  return { trees, commits, oversize };
}

/** The entry's name. @throws PushRefused */
function checkEntry({ name, mode, oid }: TreeEntry, place: Place, oversize: Set<string>): string {
  const text = name.toString();
  const path = place.prefix + text;
  const refuse = (fault: string) => {
    const shown = JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
    return new PushRefused(`the path ${shown} ${fault}`);
  };
  if (name.length > longestSegment) throw refuse(`has a name of over ${longestSegment} bytes`);
  if (!isReadableSegment(text)) throw refuse('holds a segment that is . or .. or a spelling of .git');
  if (path.length > longestPath || Buffer.byteLength(path) > longestPath)
    throw refuse(`has over ${longestPath} bytes`);
  if (!isTree(mode) && !isRegularFile(mode) && mode !== '120000' && mode !== '160000')
    throw refuse(`has the unknown mode ${mode}`);
  if (oversize.has(oid)) throw tooLarge(`file ${JSON.stringify(path)}`);
  return text;
}

function tooLarge(what: string): PushRefused {
  return new PushRefused(`the ${what} is over ${largestObject / 1024 / 1024} MiB`);
}
