import type { IncomingMessage, ServerResponse } from 'node:http';

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE';

/** Request headers that clients use and that are not CORS-safelisted. */
const allowedHeaders = [
  'Authorization',
  'Content-Type',
  'If-Match',
  'If-None-Match',
  'If-Range',
  'Range',
  'Idempotency-Key',
  'Last-Event-ID',
  'X-Request-Id',
  'X-GraphQL-Event-Stream-Token',
].join(', ');

/** Response headers that a page may read and that are not CORS-safelisted. */
const exposedHeaders = [
  'ETag',
  'Link',
  'Deprecation',
  'X-Request-Id',
  'X-Execution-Id',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Location',
  'WWW-Authenticate',
  'Content-Range',
  'Content-Disposition',
].join(', ');

/**
 * Allows pages of some origins to use the gateway. Pages send their token in a header, so that requests with the browser's
 * own credentials are never allowed.
 * @param origins as browsers send them, e.g. `https://app.example.com`
 * @returns a function to call first for each request; it returns true when it has answered a preflight request
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
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
