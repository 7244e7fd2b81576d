import type { ServerResponse } from 'node:http';

/** How long a client waits until it connects again: the next process of the gateway needs some seconds to start. */
const reconnectMs = 2_000;

/** The answers with server-sent events that are open. */
export class EventStreams {
  readonly #open = new Set<ServerResponse>();

  /** Watches an answer, which may become a stream of events. */
  add(res: ServerResponse): void {
    this.#open.add(res);
    res.once('close', () => this.#open.delete(res));
  }

  /** How many answers are being written: streams of events, and others. */
  get count(): { streams: number; others: number } {
    const streams = [...this.#open].filter(isEventStream).length;
    return { streams, others: this.#open.size - streams };
  }

  /**
   * Ends all streams, between two events and without a last one, so that their clients resume them.
   * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#concept-event-stream-reconnection-time
   */
  endAll(): void {
    for (const res of this.#open) if (isEventStream(res)) end(res);
  }
}

/** Whether an answer that has begun is a stream of events. */
export function isEventStream(res: ServerResponse): boolean {
  return res.headersSent && String(res.getHeader('content-type')).startsWith('text/event-stream');
}

function end(res: ServerResponse): void {
  // Its writer notices only later that it has ended.
  res.on('error', () => {});
  res.end(`retry: ${reconnectMs}\n\n`);
}
