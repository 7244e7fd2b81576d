import type { Writable } from 'node:stream';

/** One request of a clone, fetch or push. */
export interface Transfer {
  /** The inflated body. */
  input: AsyncIterable<Buffer>;
  output: Writable;
  watchdog: TransferWatchdog;
}

/** What ends a transfer on which nothing moves, or that takes too long. */
export interface TransferWatchdog {
  /** Ends the transfer. */
  signal: AbortSignal;
  /** Called when bytes were received or sent. */
  touch(): void;
  /** Called when the client has sent everything: from then on it waits for the gateway. */
  work(): void;
}
