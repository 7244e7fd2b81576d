import { storageUnavailable } from './storage-error.js';

const idBytes = 20;

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
 * The entries of a tree object, in its order; each is `mode SP name NUL oid`, with the id as 20 bytes.
 * @throws DomainError `storage_unavailable` when it is malformed
 * @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_tree_objects
 */
export function* treeEntries(bytes: Buffer): Generator<TreeEntry> {
  for (let start = 0; start < bytes.length; ) {
    const entry = entryAt(bytes, start, nameEnd(bytes, start));
    yield entry;
    start = entry.end;
  }
}

/** The entry of a name, or null. */
export function findEntry(bytes: Buffer, name: string): TreeEntry | null {
  const wanted = Buffer.from(` ${name}\0`);
  // The native search finds the few places where the name may be; the walk tells an entry from the bytes of an id.
  let hit = bytes.indexOf(wanted);
  for (let start = 0; hit >= 0 && start < bytes.length; ) {
    const nul = nameEnd(bytes, start);
    while (hit >= 0 && hit <= nul) {
      if (hit === bytes.indexOf(0x20, start) && hit + wanted.length - 1 === nul)
        return entryAt(bytes, start, nul);
      hit = bytes.indexOf(wanted, hit + 1);
    }
    start = nul + idBytes + 1;
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

/** Where an entry belongs: git sorts by bytes, a folder as if its name ended in a slash. */
function insertionPoint(bytes: Buffer, name: string, mode: string): number {
  const key = Buffer.from(isTree(mode) ? `${name}/` : name);
  for (let start = 0; start < bytes.length; ) {
    const nul = nameEnd(bytes, start);
    const nameStart = bytes.indexOf(0x20, start) + 1;
    const common = Math.min(nul - nameStart, key.length);
    const order = bytes.compare(key, 0, common, nameStart, nameStart + common);
    const folder = nameStart - start === treeMode.length + 1;
    const next = nameStart + common < nul ? bytes[nameStart + common]! : folder ? 0x2f : 0;
    if (order > 0 || (order === 0 && next > (key[common] ?? 0))) return start;
    start = nul + idBytes + 1;
  }
  return bytes.length;
}

/** The offset of the NUL that ends the name of the entry at `start`. Byte by byte: a folder may have 10,000 of them. */
function nameEnd(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0) at += 1;
  if (at + idBytes >= bytes.length) throw storageUnavailable(new Error('a tree object is malformed'));
  return at;
}

function entryAt(bytes: Buffer, start: number, nul: number): TreeEntry {
  const space = bytes.indexOf(0x20, start);
  if (space < 0 || space > nul || space - start > 6)
    throw storageUnavailable(new Error('a tree object is malformed'));
  const end = nul + idBytes + 1;
  return {
    mode: bytes.toString('latin1', start, space),
    name: bytes.subarray(space + 1, nul),
    oid: bytes.toString('hex', nul + 1, end),
    start,
    end,
  };
}
