import { randomUUID } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import type { ByteBudget } from '../../engines/events/byte-budget.js';
import { OutputGate } from './output-gate.js';

/** An event of graphql-sse with the result that {@link StreamOutput.hold} keeps. */
const withHeld = /\{"data":"([0-9a-f-]{36})"\}(\}?\n\n)$/;

/** In bytes. */
const maxCopied = 64 * 1024;

/** What waits for the client of one stream: at most 32 results, whose bytes count for its user until they are sent. */
export class StreamOutput {
  readonly #budget: ByteBudget;
  readonly #userId: string;
  readonly #gate = new OutputGate();
  readonly #held = new Map<string, { result: Uint8Array; release: () => void }>();
  #isClosed = false;

  constructor(budget: ByteBudget, userId: string) {
    this.#budget = budget;
    this.#userId = userId;
  }

  /** Waits until there is room for one more result. @throws Error when the stream is closed */
  admit(): Promise<void> {
    return this.#gate.admit();
  }

  /**
   * Keeps a result that is written already until its event is sent.
   * @returns what stands for it in that event
   * @throws DomainError `rate_limited`, `overloaded` when too much waits to be sent
   */
  hold(result: Uint8Array): ExecutionResult {
    if (this.#isClosed) return { data: null };
    const release = this.#budget.take(this.#userId, result.length);
    const mark = randomUUID();
    this.#held.set(mark, { result, release });
    return { data: mark as never };
  }

  /**
   * Sends an event of the library, with the result that it stands for.
   * @param write resolves when the connection has taken the bytes
   */
  async send(event: string, write: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    const [, mark, tail] = withHeld.exec(event) ?? [];
    const held = mark === undefined ? undefined : this.#held.get(mark);
    if (mark === undefined || !held) await write(Buffer.from(event));
    else {
      const head = event.slice(0, -`{"data":"${mark}"}${tail}`.length);
      const parts = [Buffer.from(head), held.result, Buffer.from(tail!)];
      // A long result is not copied: other streams may share it.
      for (const part of held.result.length > maxCopied ? parts : [Buffer.concat(parts)]) await write(part);
      // When the stream was closed meanwhile, it was released there.
      if (this.#held.delete(mark)) held.release();
    }
    if (event.startsWith('event: next')) this.#gate.sent();
  }

  /** Nothing more is sent: whoever waits to add a result gets an error. */
  close(): void {
    this.#isClosed = true;
    this.#gate.close();
    for (const { release } of this.#held.values()) release();
    this.#held.clear();
  }
}
