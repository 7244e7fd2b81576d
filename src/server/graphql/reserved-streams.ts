import { randomUUID } from 'node:crypto';
import type { ByteBudget } from '../../engines/events/byte-budget.js';
import { DomainError } from '../../errors.js';
import { StreamOutput } from './stream-output.js';

/** A reserved stream of the single connection mode. */
export interface ReservedStream {
  userId: string;
  output: StreamOutput;
  /** Aborts when the stream has closed. */
  closed: AbortController;
  /** Ends the reservation of a stream that nobody opens. */
  expiry: NodeJS.Timeout;
}

const maxStreamsPerUser = 100;
/** A client opens the stream that it has reserved immediately. */
const unopenedMs = 30_000;

/** The reserved streams by token. A token belongs to the user who reserved it. */
export class ReservedStreams {
  readonly #streams = new Map<string, ReservedStream>();
  readonly #budget: ByteBudget;
  readonly #onExpired: (token: string, userId: string) => Promise<void>;
  readonly #unopenedMs: number;

  /**
   * @param budget of what waits for the clients
   * @param onExpired is called for a stream that was not opened in time, before its reservation ends; must not reject
   * @param unopened how long a reservation waits, in milliseconds; default 30,000
   */
  constructor(
    budget: ByteBudget,
    onExpired: (token: string, userId: string) => Promise<void> = async () => {},
    unopened = unopenedMs,
  ) {
    this.#budget = budget;
    this.#onExpired = onExpired;
    this.#unopenedMs = unopened;
  }

  /**
   * Reserves a stream.
   * @returns its token
   * @throws DomainError `rate_limited` when the user has 100 streams
   */
  reserve(userId: string): string {
    const own = [...this.#streams.values()].filter((stream) => stream.userId === userId);
    if (own.length >= maxStreamsPerUser) {
      throw new DomainError(
        'rate_limited',
        `You may have ${maxStreamsPerUser} streams at the same time; close one first.`,
      );
    }
    const token = randomUUID();
    const expiry = setTimeout(
      () => void this.#onExpired(token, userId).finally(() => this.release(token)),
      this.#unopenedMs,
    ).unref();
    const output = new StreamOutput(this.#budget, userId);
    this.#streams.set(token, { userId, output, closed: new AbortController(), expiry });
    return token;
  }

  /** The stream of a token; undefined when there is none or the token is null. */
  get(token: string | null): ReservedStream | undefined {
    return token === null ? undefined : this.#streams.get(token);
  }

  /** The stream of a token is open, so its reservation does not expire. */
  opened(token: string | null): void {
    clearTimeout(this.get(token)?.expiry);
  }

  /** Ends the reservation of a token. */
  release(token: string | null): void {
    const stream = this.get(token);
    if (!stream) return;
    clearTimeout(stream.expiry);
    stream.closed.abort();
    stream.output.close();
    this.#streams.delete(token!);
  }
}
