import type { ApiFault } from './api-error.js';

/** What a stream says, whichever connection it comes over. */
export interface StreamSink<Data> {
  next(data: Data): void;
  /** The gateway refused it; nothing more comes. */
  refused(fault: ApiFault): void;
  /** The connection broke; nothing more comes. */
  broken(): void;
  /** It has ended, as the gateway ends its streams before it stops. */
  complete(): void;
}

/** A connection that carries subscriptions. */
export interface Transport {
  /** Begins a subscription. @returns what ends it */
  subscribe<Data>(query: string, variables: Record<string, unknown>, sink: StreamSink<Data>): () => void;
  /** Closes the connection; all subscriptions end with it. */
  dispose(): void;
}

/** What a transport is opened with. */
export interface TransportOptions {
  /** The value of `Authorization`. */
  authorization: string;
  /** Called when the connection is there. */
  onConnected(): void;
  /** Called when it broke or could not be opened. @param wasConnected whether it had been there */
  onLost(wasConnected: boolean): void;
}
