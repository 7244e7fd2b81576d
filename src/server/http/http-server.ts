import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { GraphQLSchema } from 'graphql';
import { Hono } from 'hono';
import type { Logger } from 'pino';
import type { RestApp } from '../../../rest/app.js';
import { errorResponse, noSuchPath } from '../../../rest/error-response.js';
import type { Services } from '../../../schema/services.js';
import type { Config } from '../../config.js';
import type { RequestContext } from '../../context.js';
import { statusOf } from '../../error-status.js';
import { DomainError } from '../../errors.js';
import { GitEndpoint } from '../git/git-endpoint.js';
import { createStreamEndpoint } from '../graphql/graphql-sse.js';
import { maskError } from '../graphql/mask-error.js';
import { createGraphQLEndpoint } from '../graphql/yoga.js';
import { createCors } from './cors.js';
import { linger } from './linger.js';
import { requestIdOf } from './request-id.js';

/** The doors of the gateway behind one socket. */
export interface HttpServer {
  server: Server;
  /** Stops listening, gives requests in flight some seconds, then cuts the connections. */
  close(): Promise<void>;
}

const drainMs = 3_000;
const longestRequestMs = 30 * 60_000;

/** Joins REST, `/graphql`, `/graphql/stream`, `/git/` and the health pages into one server. */
export function createHttpServer(options: {
  rest: RestApp;
  schema: GraphQLSchema;
  services: Services;
  context(authorization: string | undefined, requestId: string): Promise<RequestContext>;
  config: Pick<Config, 'corsOrigins' | 'maxPushBytes'>;
  /** Why requests cannot be served now, in a sentence; null when they can. */
  notReady(): Promise<string | null>;
  /** The version of native git, for `/readyz`. */
  gitVersion: string;
  log: Logger;
}): HttpServer {
  const { log, schema, services, config } = options;
  const yoga = createGraphQLEndpoint({ schema, log });
  const cors = createCors(config.corsOrigins);
  const stream = createStreamEndpoint({ schema, services, log });
  const gitEndpoint = new GitEndpoint({
    context: options.context,
    services,
    log,
    maxPushBytes: config.maxPushBytes,
  });
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  const git = { available: true, version: options.gitVersion };
  app.get('/readyz', async (c) => {
    const reason = await options.notReady();
    return c.json({ status: reason ?? 'ok', git }, reason ? 503 : 200);
  });
  app.route('/', options.rest);
  app.notFound((c) => errorResponse(noSuchPath(), requestIdOf(c.env.incoming)));
  // Its own way with bodies that nobody reads is half a second, then a reset: too short for an upload; see `linger`.
  const restListener = getRequestListener(app.fetch, { autoCleanupIncoming: false });

  async function graphql(
    req: IncomingMessage,
    res: ServerResponse,
    at: { path: string; requestId: string },
  ): Promise<void> {
    const left = new AbortController();
    res.once('close', () => left.abort());
    try {
      const isPage = req.method === 'GET' && /text\/html/.test(req.headers.accept ?? '');
      if (at.path === '/graphql' && isPage) {
        await yoga.handle(req, res);
        return;
      }
      const context = await options.context(req.headers.authorization, at.requestId);
      if (at.path === '/graphql') await yoga.handle(req, res, { ctx: context, services, left: left.signal });
      else await stream(req, res, context);
    } catch (error) {
      refuse(res, error, log, at.requestId);
    }
  }

  const server = createServer((req, res) => {
    const path = (req.url ?? '/').split('?', 1)[0]!;
    const requestId = requestIdOf(req);
    res.setHeader('x-request-id', requestId);
    logRequest(log, req, res, { path, requestId });
    if (path.startsWith('/git/')) {
      gitEndpoint.handle(req, res, requestId);
      return;
    }
    // A push is read on by its own bounds.
    linger(req, res);
    if (cors(req, res)) return;
    if (path === '/graphql' || path === '/graphql/stream') {
      graphql(req, res, { path, requestId }).catch((err) => {
        log.error({ err, requestId }, 'a GraphQL request broke');
        res.destroy();
      });
    } else {
      restListener(req, res);
    }
  });

  // Of the whole request: a large push may come over a slow line.
  server.requestTimeout = longestRequestMs;

  return {
    server,
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        const cut = setTimeout(() => server.closeAllConnections(), drainMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** One line a request, when it has ended or its client has gone. The query is left out: it may hold a stream's token. */
function logRequest(
  log: Logger,
  req: IncomingMessage,
  res: ServerResponse,
  at: { path: string; requestId: string },
): void {
  const from = performance.now();
  res.once('close', () => {
    const ms = Math.round(performance.now() - from);
    log.info(
      { requestId: at.requestId, method: req.method, path: at.path, status: res.statusCode, ms },
      'request',
    );
  });
}

/** Answers a GraphQL request that failed before it was executed. */
function refuse(res: ServerResponse, error: unknown, log: Logger, requestId: string): void {
  const masked = maskError(error, log, requestId);
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const code = error instanceof DomainError ? error.code : 'internal';
  if (code === 'unauthenticated') res.setHeader('www-authenticate', 'Bearer');
  res.writeHead(statusOf[code], { 'content-type': 'application/json' });
  res.end(JSON.stringify({ errors: [masked] }));
}
