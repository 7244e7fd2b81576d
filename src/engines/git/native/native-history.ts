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
 * What `git log` finds between commits that exist, parents before children. The process pauses while nobody asks for
 * the next commit, and ends with the iteration.
 * @param range.from what they lead to is left out; none for the whole history
 * @throws NativeGitError; DomainError `payload_too_large` when one commit changes over 500,000 files,
 *   `storage_unavailable` when git cannot be started
 * @see https://git-scm.com/docs/git-diff-tree#_raw_output_format
 */
export async function* nativeHistory(
  native: NativeGit,
  gitdir: string,
  { from, to }: { from: readonly string[]; to: string },
): AsyncGenerator<CommitDifferences> {
  const config = { 'log.showSignature': 'false' };
  const git = native.start([...log, to, ...from.map((oid) => `^${oid}`), '--'], { gitdir, env, config });
  git.stdin.end();
  try {
    const found = new HistoryParser();
    for await (const chunk of git.stdout as AsyncIterable<Buffer>) yield* found.add(chunk);
    yield* found.end();
    const code = await git.exited;
    if (code !== 0) throw new NativeGitError('log', code, git.errorOutput);
  } finally {
    git.stop();
  }
}

/**
 * Takes the output of `git log` apart. A commit is `\x01` and its id. For each file follow `:` with modes and ids, then a
 * path of any bytes but NUL. Each of these tokens ends with NUL.
 */
class HistoryParser {
  #commit: CommitDifferences | undefined;
  #budget = new EntryBudget();
  /** Of the file whose path is the next token; undefined when that is no path. */
  #sides: Omit<FileDifference, 'path'> | null | undefined;
  /** The beginning of a token; of one that is too long only its length is kept. */
  #rest: Buffer[] = [];
  #length = 0;

  /** @returns the commits that are complete now */
  add(chunk: Buffer): CommitDifferences[] {
    const complete: CommitDifferences[] = [];
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      this.#keep(chunk.subarray(start, end));
      const ended = this.#take(this.#length > maxToken ? null : joined(this.#rest));
      if (ended) complete.push(ended);
      this.#rest = [];
      this.#length = 0;
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return complete;
  }

  /** @returns the last commit, if there is any */
  end(): CommitDifferences[] {
    return this.#commit ? [this.#commit] : [];
  }

  #keep(part: Buffer): void {
    this.#length += part.length;
    if (this.#length <= maxToken) this.#rest.push(part);
    else this.#rest = [];
  }

  /** @param token null when it was too long. @returns the commit before, if another begins here */
  #take(token: Buffer | null): CommitDifferences | undefined {
    if (this.#sides !== undefined) {
      const path = this.#sides && token && readablePath(token);
      if (path)
        this.#commit!.differences.push({ path, before: this.#sides!.before, after: this.#sides!.after });
      this.#sides = undefined;
      return undefined;
    }
    const text = token?.toString('latin1') ?? '';
    const start = text.startsWith('\n') ? 1 : 0;
    if (text.startsWith(':', start)) {
      this.#budget.take();
      this.#sides = sidesOf(text, start);
      return undefined;
    }
    if (!text.startsWith('\x01', start)) return undefined;
    const before = this.#commit;
    this.#commit = { oid: text.slice(start + 1, start + 41), differences: [] };
    this.#budget = new EntryBudget();
    return before;
  }
}

function joined(parts: Buffer[]): Buffer {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** Null where the regular file is the same as in one of the parents. @param start of the header, which ends the text */
function sidesOf(text: string, start: number): Omit<FileDifference, 'path'> | null {
  const colons = text.lastIndexOf(':') + 1;
  const parents = colons - start;
  const fields = text.slice(colons).split(' ');
  const blobOf = (at: number) => (isRegularFile(fields[at]!) ? fields[parents + 1 + at]! : null);
  const after = blobOf(parents);
  for (let at = 0; at < parents; at++) if (blobOf(at) === after) return null;
  return { before: blobOf(0), after };
}

/** The path that git printed; null where no file can be read under it here. */
export function readablePath(bytes: Buffer): string | null {
  const path = bytes.toString();
  const isLossy = path.includes('\ufffd') && !Buffer.from(path).equals(bytes);
  if (isLossy || path.lastIndexOf('/') + 1 > maxPrefix) return null;
  return path.split('/').every(isReadableSegment) ? path : null;
}
