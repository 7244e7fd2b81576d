import { isReadableSegment } from '../file-path.js';
import type { EntryBudget } from '../objects/entry-budget.js';
import type { ObjectStore } from '../objects/object-store.js';
import type { FileListing, ListedFile } from './file-listing.js';
import { executableMode, isRegularFile, isTree, type TreeEntry, treeEntries } from './tree-bytes.js';

/** Folders with a longer path are not read. It also bounds the depth of hostile trees. */
export const maxPrefix = 4096;

/** A regular file or a folder in a tree. */
export interface NamedEntry {
  name: string;
  isTree: boolean;
  oid: string;
}

/** Bytes that a listed file takes besides its path: an object, an id, and the parts of a joined string. */
const fileBytes = 160;
/** Shorter listings are not cached: creating them is faster than finding them. */
const minCachedFiles = 8;

/** The entry if it is a regular file or a folder with a readable name; else null. */
export function namedEntry(entry: TreeEntry): NamedEntry | null {
  const folder = isTree(entry.mode);
  if (!folder && !isRegularFile(entry.mode)) return null;
  const name = entry.name.toString();
  // A name that is not UTF-8 is lost in decoding, so its path could not be read later.
  const lossy = name.includes('\ufffd') && !Buffer.from(name).equals(entry.name);
  return !lossy && isReadableSegment(name) ? { name, isTree: folder, oid: entry.oid } : null;
}

/**
 * The regular files below a tree. They are cached by tree and prefix, so that after a save only the folders above the changed
 * file are listed again.
 * @param prefix empty, or a path that ends in a slash
 */
export async function listTree(
  walk: { objects: ObjectStore; budget: EntryBudget },
  treeOid: string,
  prefix = '',
): Promise<FileListing> {
  if (prefix.length > maxPrefix) return { files: [], bytes: 0 };
  const { listings } = walk.objects.caches;
  const key = `${walk.objects.repositoryId}:${treeOid}:${prefix}`;
  const known = listings.get(key);
  if (known) {
    walk.budget.take(known.files.length);
    return known;
  }
  await walk.budget.pause();
  const files: ListedFile[] = [];
  let bytes = 0;
  for (const raw of treeEntries(await walk.objects.readExpected(treeOid, 'tree'))) {
    walk.budget.take();
    const entry = namedEntry(raw);
    if (!entry) continue;
    const path = prefix + entry.name;
    if (entry.isTree) {
      const below = await listTree(walk, entry.oid, `${path}/`);
      for (const file of below.files) files.push(file);
      bytes += below.bytes;
    } else {
      files.push(
        raw.mode === executableMode ? { path, oid: entry.oid, isExecutable: true } : { path, oid: entry.oid },
      );
      bytes += path.length * 2 + fileBytes;
    }
  }
  const listing = { files, bytes };
  if (files.length >= minCachedFiles) listings.set(key, listing);
  return listing;
}
