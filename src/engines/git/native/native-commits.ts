import type { GitProcess } from './git-process.js';
import { type NativeGit, NativeGitError } from './native-git.js';

/** `refs/replace` would make Git show other commits than the objects contain. */
const env = { GIT_NO_REPLACE_OBJECTS: '1' };
const newline = 0x0a;

/**
 * Reads many commit objects through one process of git. Beyond some hundred of them this takes less of this process's time
 * than to read them here, because git inflates them. Whoever opens it has to close it.
 * @see https://git-scm.com/docs/git-cat-file#_batch_output
 */
export class NativeCommits {
  readonly #git: GitProcess;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  /** @throws DomainError `storage_unavailable` when git cannot be started */
  constructor(native: NativeGit, gitdir: string) {
    this.#git = native.start(['cat-file', '--batch'], { gitdir, env });
    this.#chunks = this.#git.stdout[Symbol.asyncIterator]();
  }

  /** Asks for commits, which {@link next} returns in this order. At most 500 may be asked for and not yet returned. */
  ask(oids: readonly string[]): void {
    this.#git.stdin.write(oids.map((oid) => `${oid}\n`).join(''));
  }

  /** The bytes of the next commit; null when git has no such commit. @throws NativeGitError when git ended */
  async next(): Promise<Buffer | null> {
    const [, type, size] = (await this.#line()).split(' ');
    if (size === undefined) return null;
    const bytes = await this.#take(Number(size) + 1);
    return type === 'commit' ? bytes.subarray(0, -1) : null;
  }

  /** Ends the process. */
  close(): void {
    this.#git.stop();
  }

  /** An object id, its type and its size in bytes; or what was asked for and `missing`. */
  async #line(): Promise<string> {
    let end = this.#rest.indexOf(newline);
    for (; end < 0; end = this.#rest.indexOf(newline)) {
      this.#rest = Buffer.concat([this.#rest, await this.#chunk()]);
    }
    return (await this.#take(end + 1)).toString('latin1', 0, end);
  }

  async #take(length: number): Promise<Buffer> {
    const parts = [this.#rest];
    let present = this.#rest.length;
    while (present < length) {
      const chunk = await this.#chunk();
      parts.push(chunk);
      present += chunk.length;
    }
    if (parts.length > 1) this.#rest = Buffer.concat(parts, present);
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return bytes;
  }

  async #chunk(): Promise<Buffer> {
    const { value, done } = await this.#chunks.next();
    if (done) throw new NativeGitError('cat-file', await this.#git.exited, this.#git.errorOutput);
    return value;
  }
}
