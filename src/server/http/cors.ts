import type { IncomingMessage, ServerResponse } from 'node:http';

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE';

/** What clients send beside what a browser always lets pass. */
const allowedHeaders = [
  'Authorization',
  'Content-Type',
  'If-None-Match',
  'Idempotency-Key',
  'Last-Event-ID',
  'X-Request-Id',
  'X-GraphQL-Event-Stream-Token',
].join(', ');

/** What a page may read of an answer beside what a browser always shows it. */
const exposedHeaders = [
  'ETag',
  'Link',
  'Deprecation',
  'X-Request-Id',
  'X-Execution-Id',
  'Retry-After',
  'Location',
  'WWW-Authenticate',
].join(', ');

/**
 * Lets pages of some origins use the gateway (https://fetch.spec.whatwg.org/#http-cors-protocol). Tokens come in a header
 * of the page's own, so credentials of the browser are never allowed. A preflight, which has no token, is answered here.
 * @param origins as browsers send them, e.g. `https://app.example.com`
 * @returns a step that comes before all others; true when it has answered
 */
export function createCors(
  origins: readonly string[],
): (req: IncomingMessage, res: ServerResponse) => boolean {
  const known = new Set(origins);
  return (req, res) => {
    const { origin } = req.headers;
    const isPreflight =
      req.method === 'OPTIONS' &&
      origin !== undefined &&
      req.headers['access-control-request-method'] !== undefined;
    if (known.size > 0) res.setHeader('vary', 'Origin');
    if (origin !== undefined && known.has(origin)) {
      res.setHeader('access-control-allow-origin', origin);
      if (isPreflight) {
        res.setHeader('access-control-allow-methods', allowedMethods);
        res.setHeader('access-control-allow-headers', allowedHeaders);
      } else {
        res.setHeader('access-control-expose-headers', exposedHeaders);
      }
    }
    if (isPreflight) res.writeHead(204).end();
    return isPreflight;
  };
}
