import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { stringifyDocument } from 'urql';
import { openEventStreamTransport } from './event-stream-transport.js';
import { ResumingStream } from './resuming-stream.js';
import { openSocketTransport } from './socket-transport.js';
import type { Subscriber } from './subscriber.js';
import type { Transport } from './transport.js';

/** `idle` while nothing is followed; `reconnecting` after the connection broke. */
export type ConnectionState = 'idle' | 'connecting' | 'live' | 'reconnecting';

/** What {@link LiveConnection} needs. */
export interface LiveConnectionOptions {
  /** The value of `Authorization`. */
  authorization: string;
  /** Called when the gateway refuses the token. */
  onUnauthenticated(): void;
}

/** The time until the connection closes when nothing is followed any more: a page may follow something new soon. */
const lingerMs = 1_000;

/** All subscriptions of the page over one connection: a WebSocket, or server-sent events where none can be opened. */
export class LiveConnection {
  readonly #options: LiveConnectionOptions;
  readonly #listeners = new Set<() => void>();
  readonly #streams = new Set<{ close(): void }>();
  #transport: Transport | undefined;
  #opener = openSocketTransport;
  #hasWorked = false;
  #state: ConnectionState = 'idle';
  #linger: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveConnectionOptions) {
    this.#options = options;
  }

  /** Follows a subscription until the returned function is called; resumes it as its subscriber says. */
  readonly subscribe = <Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
    subscriber: Subscriber<Data, NoInfer<Variables>>,
  ): (() => void) => {
    const query = stringifyDocument(document);
    const stream = new ResumingStream<Data, Variables>({
      variables,
      subscriber,
      open: (current, sink) => this.#open().subscribe<Data>(query, current, sink),
      onBroken: () => this.#setState('reconnecting'),
      onEvent: () => this.#setState('live'),
      onUnauthenticated: this.#options.onUnauthenticated,
      onEnd: () => this.#remove(stream),
    });
    clearTimeout(this.#linger);
    this.#streams.add(stream);
    if (this.#state === 'idle') this.#setState('connecting');
    stream.start();
    return () => stream.close();
  };

  /** The state now; for `useSyncExternalStore`. */
  readonly getState = (): ConnectionState => this.#state;

  /** Calls `listener` after each change of the state, until the returned function is called. */
  readonly onStateChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Leaves a connection that is silent for too long: all streams are resumed over a new one. */
  reopen(): void {
    this.#setState('reconnecting');
    this.#drop(this.#transport);
  }

  /** Ends all streams and the connection. */
  close(): void {
    for (const stream of [...this.#streams]) stream.close();
    this.#closeIdle();
  }

  #open(): Transport {
    if (this.#transport) return this.#transport;
    const transport: Transport = this.#opener({
      authorization: this.#options.authorization,
      onConnected: () => {
        this.#hasWorked = true;
        this.#setState('live');
      },
      onLost: (wasConnected) => {
        // A proxy may let no WebSocket through. The kind that worked once is kept.
        if (!wasConnected && !this.#hasWorked) this.#opener = otherKind(this.#opener);
        this.#drop(transport);
      },
    });
    this.#transport = transport;
    return transport;
  }

  /** Closes a connection, unless another one has replaced it. Its streams end and are opened again. */
  #drop(transport: Transport | undefined): void {
    if (!transport || transport !== this.#transport) return;
    this.#transport = undefined;
    transport.dispose();
  }

  #remove(stream: { close(): void }): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => this.#closeIdle(), lingerMs);
  }

  #closeIdle(): void {
    clearTimeout(this.#linger);
    this.#drop(this.#transport);
    this.#setState('idle');
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function otherKind(opener: typeof openSocketTransport): typeof openSocketTransport {
  return opener === openSocketTransport ? openEventStreamTransport : openSocketTransport;
}
