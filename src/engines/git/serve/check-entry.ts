import { isReadableSegment } from '../file-path.js';
import { isRegularFile, isTree, type TreeEntry } from '../trees/tree-bytes.js';
import { PushRefused } from './push-refused.js';

/** The maximum size of an object in bytes: that of a file that is saved over the API. */
export const maxPushedObjectBytes = 64 * 1024 * 1024;

const maxPathBytes = 4096;
const maxSegmentBytes = 255;
const shownPathLength = 200;

/** The folder that a tree is in a commit. */
export interface CheckedFolder {
  /** Its path: empty for the root, else with a slash at the end. */
  prefix: string;
  /** The number of folders above its entries: 0 for the root. */
  depth: number;
}

/**
 * Checks one entry of a tree.
 * @param oversize the blobs that are too large
 * @returns the entry's path
 * @throws PushRefused, which names the path
 */
export function checkEntry(
  { name, mode, oid }: TreeEntry,
  { prefix }: CheckedFolder,
  oversize: ReadonlySet<string>,
): string {
  const segment = name.toString();
  const path = prefix + segment;
  if (name.length > maxSegmentBytes) throw refused(path, `has a name of over ${maxSegmentBytes} bytes`);
  if (!isReadableSegment(segment))
    throw refused(path, 'contains a segment that is . or .. or a spelling of .git');
  if (path.length > maxPathBytes || Buffer.byteLength(path) > maxPathBytes)
    throw refused(path, `has over ${maxPathBytes} bytes`);
  if (!isTree(mode) && !isRegularFile(mode) && mode !== '120000' && mode !== '160000')
    throw refused(path, `has the unknown mode ${mode}`);
  if (oversize.has(oid)) throw tooLarge(`file ${JSON.stringify(path)}`);
  return path;
}

/** The refusal of an object over the limit. @param what for example `blob 9daeafb…` */
export function tooLarge(what: string): PushRefused {
  return new PushRefused(`the ${what} is over ${maxPushedObjectBytes / 1024 / 1024} MiB`);
}

function refused(path: string, fault: string): PushRefused {
  const shown = path.length > shownPathLength ? `${path.slice(0, shownPathLength)}…` : path;
  return new PushRefused(`the path ${JSON.stringify(shown)} ${fault}`);
}
