import type { Writable } from 'node:stream';

/** One request of a clone, fetch or push. */
export interface Transfer {
  /** The inflated body. */
  input: AsyncIterable<Buffer>;
  output: Writable;
  watchdog: TransferWatchdog;
}

/** What ends a transfer on which nothing moves, whose client is too slow, or that takes too long. */
export interface TransferWatchdog {
  /** Ends the transfer. */
  signal: AbortSignal;
  /** Called before the engine waits for the client to send or to take bytes. */
  wait(): void;
  /** Called when something has moved. @param bytes which the client has sent or gets */
  touch(bytes: number): void;
  /** Called when the client has sent everything: from then on it waits for the gateway. */
  work(): void;
}
