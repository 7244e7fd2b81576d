import { yieldToEventLoop } from '../../../paging/yield-to-event-loop.js';
import { type NativeCommand, type NativeGit, NativeGitError } from '../native/native-git.js';
import { PushRefused, TooManyObjects } from './push-refused.js';

const maxObjects = 1_000_000;
/** A line of the listing has about 60 bytes. */
const listingBytes = 80 * maxObjects;
const bytesAtOnce = 16 * 1024 * 1024;
const objectsAtOnce = 10_000;

/** An object as it is listed; `size` in bytes. */
export interface ListedObject {
  oid: string;
  type: string;
  size: number;
}

/** The location of new objects, as the environment of Git. */
export interface NewObjects {
  /** For a command that sees only the new objects. */
  alone: Record<string, string>;
  /** For a command that also sees the objects of the repository. */
  beside: Record<string, string>;
}

/** Reads the new objects of a push or a fetch through Git. Other requests are served between two of them. */
export class PackObjects {
  readonly #native: NativeGit;
  readonly #gitdir: string;
  readonly #quarantine: NewObjects;
  readonly #signal: AbortSignal;

  constructor(native: NativeGit, gitdir: string, quarantine: NewObjects, signal: AbortSignal) {
    this.#native = native;
    this.#gitdir = gitdir;
    this.#quarantine = quarantine;
    this.#signal = signal;
  }

  /** All new objects, in any order. @throws TooManyObjects when there are over a million */
  async *list(): AsyncGenerator<ListedObject> {
    const args = ['cat-file', '--batch-all-objects', '--unordered', '--batch-check'];
    const printed = await this.run(args, { env: this.#quarantine.alone, maxOutput: listingBytes }).catch(
      (error) => {
        throw error instanceof NativeGitError ? new TooManyObjects(error) : error;
      },
    );
    yield* lines(printed);
  }

  /** Type and size of objects, new ones or those of the repository. @throws PushRefused when one is missing */
  async look(oids: string[]): Promise<ListedObject[]> {
    const printed = await this.run(['cat-file', '--batch-check'], { input: oids.join('\n') });
    const found: ListedObject[] = [];
    for await (const object of lines(printed)) found.push(object);
    return found;
  }

  /** Reads objects whose sizes are known, a bounded number at a time. @throws PushRefused when one is missing */
  async *read(
    objects: Iterable<{ oid: string; size: number }>,
  ): AsyncGenerator<{ oid: string; bytes: Buffer }> {
    let batch: string[] = [];
    let bytes = 0;
    for (const { oid, size } of objects) {
      if (batch.length > 0 && (bytes + size > bytesAtOnce || batch.length >= objectsAtOnce)) {
        yield* this.#readBatch(batch);
        batch = [];
        bytes = 0;
      }
      batch.push(oid);
      bytes += size;
    }
    if (batch.length > 0) yield* this.#readBatch(batch);
  }

  /** Runs a command that sees the new objects and those of the repository. @throws NativeGitError, PushRefused */
  async run(args: string[], options: NativeCommand = {}): Promise<Buffer> {
    const native = this.#native;
    const gitdir = this.#gitdir;
    const quarantine = this.#quarantine;
    const signal = this.#signal;
    try {
      return await native.run(args, { gitdir, env: quarantine.beside, signal, ...options });
    } catch (error) {
      throw signal.aborted ? new PushRefused('the push took too long', error) : error;
    }
  }

  async *#readBatch(oids: string[]): AsyncGenerator<{ oid: string; bytes: Buffer }> {
    // One object may have 64 MiB in addition to the others of its batch.
    const printed = await this.run(['cat-file', '--batch'], {
      input: oids.join('\n'),
      maxOutput: 8 * bytesAtOnce,
    });
    for (let at = 0; at < printed.length; ) {
      const pause = yieldToEventLoop();
      if (pause) await pause;
      const end = printed.indexOf(0x0a, at);
      const { oid, size } = parseLine(printed.toString('latin1', at, end));
      yield { oid, bytes: printed.subarray(end + 1, end + 1 + size) };
      at = end + 1 + size + 1;
    }
  }
}

async function* lines(printed: Buffer): AsyncGenerator<ListedObject> {
  for (let at = 0; at < printed.length; ) {
    const pause = yieldToEventLoop();
    if (pause) await pause;
    const end = printed.indexOf(0x0a, at);
    yield parseLine(printed.toString('latin1', at, end));
    at = end + 1;
  }
}

function parseLine(line: string): ListedObject {
  const match = /^([0-9a-f]{40}) (\w+) (\d+)$/.exec(line);
  if (!match) throw new PushRefused('the pack lacks objects that it refers to');
  return { oid: match[1]!, type: match[2]!, size: Number(match[3]) };
}
