import { storageUnavailable } from '../durability/storage-error.js';

const idBytes = 20;
/** Characters of a mode: six, and the zeros that some programs wrote before them. */
const maxMode = 16;
const zero = 0x30;
const nul = Buffer.alloc(1);

/** The mode of a folder's entry. */
export const treeMode = '40000';

/** The mode of a regular file that may be executed. */
export const executableMode = '100755';

/** One entry of a tree object; `start` and `end` are its bytes' offsets there. */
export interface TreeEntry {
  /** Without zeros before it. */
  mode: string;
  /** Not a string, because a pushed tree may hold names that are not UTF-8. */
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
 * The entries of a tree object, in its order; each is `mode SP name NUL oid`, with the id as 20 bytes. isomorphic-git is not
 * used: it refuses a whole tree for one name with a backslash, decodes names that are not UTF-8 with loss, and is slower.
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

/**
 * The entries in which two trees differ, in their order; a file and a folder of one name are two.
 * @param onCompared is called with the number of entries that were compared
 * @throws DomainError `storage_unavailable` when one is malformed
 */
export function* differingEntries(
  before: Buffer,
  after: Buffer,
  onCompared: (entries: number) => void,
): Generator<[TreeEntry | null, TreeEntry | null]> {
  let left = 0;
  let right = 0;
  while (left < before.length || right < after.length) {
    let equal = 0;
    for (let length = equalEntry(before, left, after, right); length > 0; equal++) {
      left += length;
      right += length;
      length = equalEntry(before, left, after, right);
    }
    onCompared(equal);
    const old = left < before.length ? entryAt(before, left, nameEnd(before, left)) : null;
    const now = right < after.length ? entryAt(after, right, nameEnd(after, right)) : null;
    if (!old && !now) return;
    const order = old && now ? compareEntries(old, now) : old ? -1 : 1;
    onCompared(order === 0 ? 2 : 1);
    if (order <= 0) left = old!.end;
    if (order >= 0) right = now!.end;
    yield [order <= 0 ? old : null, order >= 0 ? now : null];
  }
}

/** The entry of a name, or null. */
export function findEntry(bytes: Buffer, name: string): TreeEntry | null {
  const wanted = Buffer.from(` ${name}\0`);
  // The native search finds the few offsets where the name may be. The walk is needed because an id can hold the same bytes.
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

/** The bytes of a tree object with these entries, in any order; each name once. */
export function treeBytes(entries: readonly Pick<TreeEntry, 'mode' | 'name' | 'oid'>[]): Buffer {
  return Buffer.concat(
    entries
      .toSorted(compareEntries)
      .flatMap(({ mode, name, oid }) => [Buffer.from(`${mode} `), name, nul, Buffer.from(oid, 'hex')]),
  );
}

/** The tree with the entry of a name set, or removed with `null`. All other bytes are copied unchanged. */
export function spliceEntry(bytes: Buffer, name: string, next: { mode: string; oid: string } | null): Buffer {
  const old = findEntry(bytes, name);
  const rest = old ? Buffer.concat([bytes.subarray(0, old.start), bytes.subarray(old.end)]) : bytes;
  if (!next) return rest;
  const at =
    old && isTree(old.mode) === isTree(next.mode) ? old.start : insertionPoint(rest, name, next.mode);
  const entry = Buffer.concat([Buffer.from(`${next.mode} ${name}\0`), Buffer.from(next.oid, 'hex')]);
  return Buffer.concat([rest.subarray(0, at), entry, rest.subarray(at)]);
}

/** The offset of a new entry: git sorts by bytes, a folder as if its name ended in a slash. */
function insertionPoint(bytes: Buffer, name: string, mode: string): number {
  const key = Buffer.from(isTree(mode) ? `${name}/` : name);
  for (let start = 0; start < bytes.length; ) {
    const nul = nameEnd(bytes, start);
    const nameStart = bytes.indexOf(0x20, start) + 1;
    const common = Math.min(nul - nameStart, key.length);
    const order = bytes.compare(key, 0, common, nameStart, nameStart + common);
    const folder = nameStart - modeStart(bytes, start) === treeMode.length + 1;
    const next = nameStart + common < nul ? bytes[nameStart + common]! : folder ? 0x2f : 0;
    if (order > 0 || (order === 0 && next > (key[common] ?? 0))) return start;
    start = nul + idBytes + 1;
  }
  return bytes.length;
}

/** The length of the entry at both offsets if it is the same one; else 0. */
function equalEntry(before: Buffer, left: number, after: Buffer, right: number): number {
  let length = 0;
  for (; before[left + length] !== 0; length++) {
    if (left + length >= before.length || before[left + length] !== after[right + length]) return 0;
  }
  for (const end = length + idBytes + 1; length < end; length++) {
    if (left + length >= before.length || before[left + length] !== after[right + length]) return 0;
  }
  return length;
}

type EntryName = Pick<TreeEntry, 'name' | 'mode'>;

/** Git's order of the entries of a tree: by bytes, a folder as if its name ended in a slash. */
function compareEntries(one: EntryName, other: EntryName): number {
  const common = Math.min(one.name.length, other.name.length);
  const order = one.name.compare(other.name, 0, common, 0, common);
  const next = ({ name, mode }: EntryName) => name[common] ?? (isTree(mode) ? 0x2f : 0);
  return order || next(one) - next(other);
}

/** The offset of the NUL that ends the name of the entry at `start`. Byte by byte: a folder may have 10,000 of them. */
function nameEnd(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0) at += 1;
  if (at + idBytes >= bytes.length) throw storageUnavailable(new Error('a tree object is malformed'));
  return at;
}

/** The offset of the first digit of a mode that is not 0. */
function modeStart(bytes: Buffer, start: number): number {
  let at = start;
  while (bytes[at] === zero) at += 1;
  return at;
}

function entryAt(bytes: Buffer, start: number, nul: number): TreeEntry {
  const space = bytes.indexOf(0x20, start);
  if (space < 0 || space > nul || space - start > maxMode)
    throw storageUnavailable(new Error('a tree object is malformed'));
  const end = nul + idBytes + 1;
  return {
    mode: bytes.toString('latin1', modeStart(bytes, start), space),
    name: bytes.subarray(space + 1, nul),
    oid: bytes.toString('hex', nul + 1, end),
    start,
    end,
  };
}
