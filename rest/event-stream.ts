const keepAliveMs = 15_000;

/** What an {@link eventStream} sends. */
export interface EventSource<T> {
  events: AsyncIterableIterator<T>;
  /** The text of a server-sent event. */
  frame(event: T): string;
  /** The last event of a stream that failed, or that the caller may not follow any more. */
  broken(error: unknown): string;
  /** More headers; default none. */
  headers?: Record<string, string>;
}

/**
 * Streams events as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). The next event is read
 * when the client has taken the last, so that nothing is buffered for a slow client. A client that leaves ends the reading.
 */
export function eventStream<T>({ events, frame, broken, headers }: EventSource<T>): Response {
  const encoder = new TextEncoder();
  let keepAlive: NodeJS.Timeout | undefined;
  const stop = async () => {
    clearInterval(keepAlive);
    await events.return?.();
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      keepAlive = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(': keep-alive\n\n'));
      }, keepAliveMs);
    },
    async pull(controller) {
      try {
        const { done, value } = await events.next();
        if (done) {
          await stop();
          controller.close();
        } else {
          controller.enqueue(encoder.encode(frame(value)));
        }
      } catch (error) {
        await stop().catch(() => {});
        controller.enqueue(encoder.encode(broken(error)));
        controller.close();
      }
    },
    cancel: stop,
  });
  return new Response(body, {
    status: 200,
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      ...headers,
    },
  });
}

/**
 * The text of one server-sent event.
 * @param data JSON text without line breaks
 */
export function sentEvent(event: string, id: string | number | undefined, data: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
}
