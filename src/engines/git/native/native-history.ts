import { isReadableSegment } from '../file-path.js';
import { EntryBudget } from '../objects/entry-budget.js';
import { isRegularFile } from '../trees/tree-bytes.js';
import type { FileDifference } from '../trees/tree-diff.js';
import { maxPrefix } from '../trees/tree-files.js';
import { type NativeGit, NativeGitError } from './native-git.js';

/** A commit and its differing files, as {@link nativeHistory} finds them. */
export interface CommitDifferences {
  oid: string;
  /** Against the first parent, where the file differs from every parent. */
  differences: FileDifference[];
}

/** Bytes. Longer tokens are dropped while they are read, because no file can be read under such a path. */
const maxToken = 64 * 1024;
/** `refs/replace` would make Git show another history than the objects contain. */
const env = { GIT_NO_REPLACE_OBJECTS: '1' };
const log = [
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

/**
 * What `git log` finds between two commits that exist, parents before children. The process pauses while nobody asks for
 * the next commit, and ends with the iteration.
 * @param range.from null for the whole history
 * @throws NativeGitError; DomainError `payload_too_large` when one commit changes over 500,000 files,
 *   `storage_unavailable` when git cannot be started
 * @see https://git-scm.com/docs/git-diff-tree#_raw_output_format
 */
export async function* nativeHistory(
  native: NativeGit,
  gitdir: string,
  { from, to }: { from: string | null; to: string },
): AsyncGenerator<CommitDifferences> {
  const config = { 'log.showSignature': 'false' };
  const git = native.start([...log, to, ...(from ? [`^${from}`] : []), '--'], { gitdir, env, config });
  git.stdin.end();
  try {
    yield* commits(tokens(git.stdout));
    const code = await git.exited;
    if (code !== 0) throw new NativeGitError('log', code, git.errorOutput);
  } finally {
    git.stop();
  }
}

/** The bytes between NULs; null for a token that is too long to be kept. */
async function* tokens(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null> {
  let rest: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      const part = chunk.subarray(start, end);
      length += part.length;
      yield length > maxToken ? null : rest.length === 0 ? part : Buffer.concat([...rest, part]);
      rest = [];
      length = 0;
      start = end + 1;
    }
    length += chunk.length - start;
    if (length <= maxToken) rest.push(chunk.subarray(start));
    else rest = [];
  }
}

/** A commit is `\x01` and its id. For each file follow `:` with modes and ids, then a path of any bytes but NUL. */
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

/** Null for a path under which no file can be read here. */
function readablePath(bytes: Buffer): string | null {
  const path = bytes.toString();
  const isLossy = path.includes('\ufffd') && !Buffer.from(path).equals(bytes);
  if (isLossy || path.lastIndexOf('/') + 1 > maxPrefix) return null;
  return path.split('/').every(isReadableSegment) ? path : null;
}
