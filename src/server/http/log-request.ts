import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';

/**
 * Logs one line for a request when it has ended or its client has left. The query is not logged, because it may contain
 * the token of a stream.
 */
export function logRequest(
  log: Logger,
  req: IncomingMessage,
  res: ServerResponse,
  { path, requestId }: { path: string; requestId: string },
): void {
  const start = performance.now();
  res.once('close', () => {
    const ms = Math.round(performance.now() - start);
    log.info({ requestId, method: req.method, path, status: res.statusCode, ms }, 'request');
  });
}
