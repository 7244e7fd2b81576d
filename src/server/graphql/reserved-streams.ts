import { randomUUID } from 'node:crypto';
import { DomainError } from '../../errors.js';
import { OutputGate } from './output-gate.js';

/** A reserved stream of the single connection mode. */
export interface ReservedStream {
  userId: string;
  gate: OutputGate;
  /** Aborts when the stream has closed. */
  closed: AbortController;
}

const maxStreamsPerUser = 100;

/** The reserved streams by token. A token belongs to the user who reserved it. */
export class ReservedStreams {
  readonly #streams = new Map<string, ReservedStream>();

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
    this.#streams.set(token, { userId, gate: new OutputGate(), closed: new AbortController() });
    return token;
  }

  /** The stream of a token; undefined when there is none or the token is null. */
  get(token: string | null): ReservedStream | undefined {
    return token === null ? undefined : this.#streams.get(token);
  }

  /** Ends the reservation of a token. */
  release(token: string | null): void {
    const stream = this.get(token);
    if (!stream) return;
    stream.closed.abort();
    this.#streams.delete(token!);
  }
}
