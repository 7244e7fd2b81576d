import { storageUnavailable } from '../durability/storage-error.js';
import { isReadableSegment } from '../file-path.js';
import { EntryBudget } from '../objects/entry-budget.js';
import { isRegularFile } from '../trees/tree-bytes.js';
import type { FileDifference } from '../trees/tree-diff.js';
import { longestPrefix } from '../trees/tree-files.js';
import { type NativeGit, NativeGitError } from './native-git.js';

/** A commit and its differing files, as {@link nativeHistory} finds them. */
export interface CommitDifferences {
  oid: string;
  /** Against the first parent, where the file differs from every parent. */
  differences: FileDifference[];
}

/** Longer tokens are dropped while they are read: no file is read under such a path. */
const longestToken = 64 * 1024;
const keptErrorBytes = 8 * 1024;
/** Settings and `refs/replace` that would have git tell another history than the objects hold. */
const env = { GIT_NO_REPLACE_OBJECTS: '1' };

/**
 * What `git log` finds between two commits that exist, parents before children; a tenth of the time of our own walk.
 * The process ends with the iteration, however that ends; it waits while nobody asks for more.
 * @param from null for the whole history
 * @throws NativeGitError; DomainError `payload_too_large` when one commit changes over 500,000 files,
 *   `storage_unavailable` when git cannot be started
 * @see https://git-scm.com/docs/git-diff-tree#_raw_output_format
 */
export async function* nativeHistory(
  native: NativeGit,
  gitdir: string,
  range: { from: string | null; to: string },
): AsyncGenerator<CommitDifferences> {
  const command = [
    'log',
    '--topo-order',
    '--reverse',
    '--raw',
    '-z',
    '-c',
    '--root',
    '--no-renames',
    '--no-abbrev',
    '--format=%x01%H',
  ];
  const ended = new AbortController();
  const child = native.start([...command, range.to, ...(range.from ? [`^${range.from}`] : []), '--'], {
    gitdir,
    env,
    signal: ended.signal,
    config: { 'log.showSignature': 'false' },
  });
  let errors = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-keptErrorBytes);
  });
  child.stdin!.on('error', () => {});
  child.stdin!.end();
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', (error) => reject(storageUnavailable(error)));
  });
  // Awaited below unless the reader leaves first.
  closed.catch(() => {});
  try {
    yield* commits(tokens(child.stdout!));
    const code = await closed;
    if (code !== 0) throw new NativeGitError('log', code, errors);
  } finally {
    ended.abort();
  }
}

/** What stands between NULs; null for what is too long to be kept. */
async function* tokens(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null> {
  let rest: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      const part = chunk.subarray(start, end);
      length += part.length;
      yield length > longestToken ? null : rest.length === 0 ? part : Buffer.concat([...rest, part]);
      rest = [];
      length = 0;
      start = end + 1;
    }
    length += chunk.length - start;
    if (length <= longestToken) rest.push(chunk.subarray(start));
    else rest = [];
  }
}

/** A commit is `\x01` and its id; then, in turn, `:` with modes and ids, and a path. Paths may hold anything but NUL. */
async function* commits(stream: AsyncIterable<Buffer | null>): AsyncGenerator<CommitDifferences> {
  let commit: CommitDifferences | undefined;
  let budget = new EntryBudget();
  let sides: Omit<FileDifference, 'path'> | null | undefined;
  for await (const token of stream) {
    if (sides !== undefined) {
      const path = sides && token && readablePath(token);
      if (path) commit!.differences.push({ path, ...sides! });
      sides = undefined;
      continue;
    }
    const text = token?.toString('latin1').replace(/^\n/, '') ?? '';
    if (text.startsWith('\x01')) {
      if (commit) yield commit;
      commit = { oid: text.slice(1, 41), differences: [] };
      budget = new EntryBudget();
    } else if (text.startsWith(':')) {
      budget.take();
      sides = sidesOf(text);
    }
  }
  if (commit) yield commit;
}

/** Null where the regular file is the same as in one of the parents. */
function sidesOf(header: string): Omit<FileDifference, 'path'> | null {
  const parents = header.lastIndexOf(':') + 1;
  const fields = header.slice(parents).split(' ');
  const blobs = fields
    .slice(0, parents + 1)
    .map((mode, at) => (isRegularFile(mode) ? fields[parents + 1 + at]! : null));
  const after = blobs.pop()!;
  return blobs.includes(after) ? null : { before: blobs[0]!, after };
}

/** Null for a path that our own walk would not find either. */
function readablePath(bytes: Buffer): string | null {
  const path = bytes.toString();
  const isLossy = path.includes('\ufffd') && !Buffer.from(path).equals(bytes);
  if (isLossy || path.lastIndexOf('/') + 1 > longestPrefix) return null;
  return path.split('/').every(isReadableSegment) ? path : null;
}
