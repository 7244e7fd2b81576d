import type { GitProcess } from './git-process.js';
import { type NativeGit, NativeGitError } from './native-git.js';

/** `refs/replace` would make Git show other commits than the objects contain. */
const env = { GIT_NO_REPLACE_OBJECTS: '1' };
const newline = 0x0a;
/** Since this version git can keep its output until a `flush`, and print it in large pieces. */
const firstWithFlush = [2, 36] as const;

/**
 * Reads many commit objects through one process of git. Beyond some hundred of them this takes less of this process's time
 * than to read them here, because git inflates them. Whoever opens it has to close it.
 * @see https://git-scm.com/docs/git-cat-file#_batch_output
 */
export class NativeCommits {
  readonly #git: GitProcess;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #hasFlush: boolean;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes that {@link #read} needs, as far as is known. */
  #needed = 0;

  /** @throws DomainError `storage_unavailable` when git cannot be started */
  constructor(native: NativeGit, gitdir: string) {
    this.#hasFlush = native.isAtLeast(...firstWithFlush);
    const mode = this.#hasFlush ? ['--batch-command', '--buffer'] : ['--batch'];
    this.#git = native.start(['cat-file', ...mode], { gitdir, env });
    this.#chunks = this.#git.stdout[Symbol.asyncIterator]();
  }

  /** Asks for commits, which {@link next} returns in this order. At most 500 may be asked for and not yet returned. */
  ask(oids: readonly string[]): void {
    const lines = this.#hasFlush
      ? `${oids.map((oid) => `contents ${oid}\n`).join('')}flush\n`
      : oids.map((oid) => `${oid}\n`).join('');
    this.#git.stdin.write(lines);
  }

  /**
   * The bytes of the next commit; null when git has no such commit. It is no promise where they were read with others.
   * @throws NativeGitError when git ended
   */
  next(): Buffer | null | Promise<Buffer | null> {
    const read = this.#read();
    return read === undefined ? this.#readLater() : read;
  }

  /** Ends the process. */
  close(): void {
    this.#git.stop();
  }

  /** Undefined when more bytes are needed. The first line is an id with a type and a size, or an id and `missing`. */
  #read(): Buffer | null | undefined {
    const rest = this.#rest;
    const start = rest.indexOf(newline) + 1;
    this.#needed = rest.length + 1;
    if (start === 0) return undefined;
    const [, type, size] = rest.toString('latin1', 0, start - 1).split(' ');
    this.#needed = size === undefined ? start : start + Number(size) + 1;
    if (this.#needed > rest.length) return undefined;
    this.#rest = rest.subarray(this.#needed);
    return type === 'commit' ? rest.subarray(start, this.#needed - 1) : null;
  }

  async #readLater(): Promise<Buffer | null> {
    for (;;) {
      const parts = [this.#rest];
      for (let present = this.#rest.length; present < this.#needed; present += parts.at(-1)!.length) {
        parts.push(await this.#chunk());
      }
      this.#rest = Buffer.concat(parts);
      const read = this.#read();
      if (read !== undefined) return read;
    }
  }

  async #chunk(): Promise<Buffer> {
    const { value, done } = await this.#chunks.next();
    if (done) throw new NativeGitError('cat-file', await this.#git.exited, this.#git.errorOutput);
    return value;
  }
}
