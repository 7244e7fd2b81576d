import { storageUnavailable } from './storage-error.js';

/** The mode of a folder's entry. */
export const treeMode = '40000';

/** One entry of a tree object; `start` and `end` are its bytes' offsets there. */
export interface TreeEntry {
  mode: string;
  /** The raw name: a tree from outside may hold bytes that are not UTF-8. */
  name: Buffer;
  oid: string;
  start: number;
  end: number;
}

/** The entry is a folder. */
export function isTree(mode: string): boolean {
  return mode === treeMode || mode === '040000';
}

/** The entry is a regular file; git treats old modes such as 100664 as 100644. */
export function isRegularFile(mode: string): boolean {
  return mode.startsWith('100');
}

/**
 * The entries of a tree object, in its order.
 * @throws DomainError `storage_unavailable` when it is malformed
 * @see https://git-scm.com/docs/gitformat-index#_cache_tree and `tree-walk.c` for the form `mode SP name NUL oid`
 */
export function* treeEntries(bytes: Buffer): Generator<TreeEntry> {
  for (let start = 0; start < bytes.length; ) {
    const space = bytes.indexOf(0x20, start);
    const nul = bytes.indexOf(0, space);
    const end = nul + 21;
    if (space < 0 || space - start > 6 || nul < 0 || end > bytes.length) {
      throw storageUnavailable(new Error('a tree object is malformed'));
    }
    yield {
      mode: bytes.toString('latin1', start, space),
      name: bytes.subarray(space + 1, nul),
      oid: bytes.toString('hex', nul + 1, end),
      start,
      end,
    };
    start = end;
  }
}

/** The entry of a name, or null. */
export function findEntry(bytes: Buffer, name: string): TreeEntry | null {
  const wanted = Buffer.from(name);
  // Most names are settled by the native search; a hit may still lie in an object id, so the walk decides.
  if (!bytes.includes(Buffer.concat([Buffer.from(' '), wanted, Buffer.from([0])]))) return null;
  for (const entry of treeEntries(bytes)) {
    if (entry.name.equals(wanted)) return entry;
  }
  return null;
}

/** The tree with the entry of a name set, or removed with `null`; the rest is copied as it is, not rebuilt. */
export function spliceEntry(bytes: Buffer, name: string, next: { mode: string; oid: string } | null): Buffer {
  const old = findEntry(bytes, name);
  const rest = old ? Buffer.concat([bytes.subarray(0, old.start), bytes.subarray(old.end)]) : bytes;
  if (!next) return rest;
  const at =
    old && isTree(old.mode) === isTree(next.mode) ? old.start : insertionPoint(rest, name, next.mode);
  const entry = Buffer.concat([Buffer.from(`${next.mode} ${name}\0`), Buffer.from(next.oid, 'hex')]);
  return Buffer.concat([rest.subarray(0, at), entry, rest.subarray(at)]);
}

/** Git sorts by bytes, a folder as if its name ended in a slash. */
export function compareEntries(a: { name: Buffer; mode: string }, b: { name: Buffer; mode: string }): number {
  return Buffer.compare(sortKey(a), sortKey(b));
}

function insertionPoint(bytes: Buffer, name: string, mode: string): number {
  const inserted = { name: Buffer.from(name), mode };
  for (const entry of treeEntries(bytes)) {
    if (compareEntries(entry, inserted) > 0) return entry.start;
  }
  return bytes.length;
}

function sortKey(entry: { name: Buffer; mode: string }): Buffer {
  return isTree(entry.mode) ? Buffer.concat([entry.name, Buffer.from('/')]) : entry.name;
}
