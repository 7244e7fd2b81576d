import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.js';
import { isEventStream } from './event-streams.js';
import { beginRecord, type RequestRecord } from './request-record.js';

/** Pages that belong to no transport, by their path, with the name that they have in the metrics. */
const pages: Record<string, string> = {
  '/healthz': 'healthz',
  '/readyz': 'readyz',
  '/metrics': 'metrics',
  '/openapi.json': 'openapi',
  '/docs': 'docs',
};

/** The name of what nobody knows: a path that does not exist, or a request that was refused before it was understood. */
export const unknownOperation = 'unknown';

/** As other servers have it: the client left before an answer began. */
const clientLeft = 499;

/**
 * Reports a request when it has ended or its client has left: one line in the log, and the metrics. The query is not logged,
 * because it may contain the token of a stream.
 */
export function reportRequest(
  { log, metrics }: { log: Logger; metrics: GatewayMetrics },
  req: IncomingMessage,
  res: ServerResponse,
  { path, requestId }: { path: string; requestId: string },
): void {
  const start = performance.now();
  const record = beginRecord(req, recordOf(path));
  res.once('close', () => {
    const ms = performance.now() - start;
    const status = res.headersSent ? res.statusCode : clientLeft;
    const { transport, operation, operationName, userId, code } = record;
    const line = { requestId, method: req.method, path, status, ms: Math.round(ms) };
    log.info({ ...line, operation, operationName, userId, code }, 'request');
    const isStream = isEventStream(res);
    metrics.requestAnswered({ transport, operation, status, code, seconds: ms / 1000, isStream });
  });
}

function recordOf(path: string): RequestRecord {
  if (path.startsWith('/git/')) return { transport: 'git', operation: unknownOperation };
  if (path === '/graphql' || path === '/graphql/stream')
    return { transport: 'graphql', operation: unknownOperation };
  if (path.startsWith('/api/')) return { transport: 'rest', operation: unknownOperation };
  const page = Object.hasOwn(pages, path) ? pages[path]! : unknownOperation;
  return { transport: 'other', operation: page };
}
