import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { GraphQLSchema } from 'graphql';
import { Hono } from 'hono';
import type { Logger } from 'pino';
import type { RestApp } from '../../../rest/app.js';
import { assertNotEncoded } from '../../../rest/assert-not-encoded.js';
import { errorAnswer, errorResponse } from '../../../rest/error-response.js';
import type { Services } from '../../../schema/services.js';
import type { Config } from '../../config.js';
import type { RequestContext } from '../../context.js';
import { withDatabaseErrors } from '../../engines/database/database-errors.js';
import { DomainError } from '../../errors.js';
import { refusalOf } from '../../refusal.js';
import { GitEndpoint } from '../git/git-endpoint.js';
import { ClientDocuments } from '../graphql/documents/client-documents.js';
import { ExplorerEndpoint } from '../graphql/explorer/explorer-endpoint.js';
import { createGraphQLEndpoint } from '../graphql/graphql-endpoint.js';
import { maskError } from '../graphql/mask-error.js';
import type { OperationRouter } from '../graphql/operation-router.js';
import { StreamEndpoint } from '../graphql/stream-endpoint.js';
import { createCors } from './cors.js';
import { EventStreams } from './event-streams.js';
import { type HealthDeps, healthRoutes } from './health.js';
import { linger } from './linger.js';
import { logRequest } from './log-request.js';
import type { RequestBodies } from './request-bodies.js';
import { requestIdOf } from './request-id.js';
import { normalizeTarget } from './request-target.js';
import { TokenQuotas } from './token-quotas.js';

/** What {@link HttpServer} uses. */
export interface HttpServerDeps extends HealthDeps {
  rest: RestApp;
  schema: GraphQLSchema;
  router: OperationRouter;
  services: Services;
  /** Authenticates a request by its `Authorization` header. */
  context(
    req: IncomingMessage,
    authorization: string | undefined,
    requestId: string,
  ): Promise<RequestContext>;
  config: Pick<
    Config,
    'corsOrigins' | 'maxPushBytes' | 'queryCostLimit' | 'rateLimitRequests' | 'rateLimitCost'
  >;
  log: Logger;
  bodies: RequestBodies;
}

/** Whether the process lives is asked often, and without a token. */
const healthPaths: ReadonlySet<string> = new Set(['/healthz', '/readyz']);
const drainMs = 3_000;
/** The time to receive a whole request with its body: a large push may come over a slow connection. */
const maxRequestMs = 30 * 60_000;
/**
 * The time that a connection is kept without a request. With the five seconds of Node, a client that sends its next request at
 * that moment gets a reset; proxies reuse connections for a minute.
 */
const idleConnectionMs = 65_000;

/** Serves REST, `/graphql`, `/graphql/stream`, `/git/` and the health pages on one socket. */
export class HttpServer {
  /** Not listening yet. */
  readonly server: Server;
  readonly #deps: HttpServerDeps;
  readonly #cors: ReturnType<typeof createCors>;
  readonly #quotas: TokenQuotas;
  /** The refusals of REST requests over the limit of their token. */
  readonly #overQuota = new WeakMap<IncomingMessage, DomainError>();
  readonly #graphql: ReturnType<typeof createGraphQLEndpoint>;
  readonly #explorer = new ExplorerEndpoint();
  readonly #stream: StreamEndpoint;
  readonly #git: GitEndpoint;
  readonly #streams = new EventStreams();
  readonly #rest: ReturnType<typeof getRequestListener>;

  constructor(deps: HttpServerDeps) {
    const { schema, services, router, config, context, log, bodies } = deps;
    this.#deps = deps;
    this.#cors = createCors(config.corsOrigins);
    this.#quotas = new TokenQuotas(config);
    const quotas = this.#quotas;
    const documents = new ClientDocuments({ schema, costLimit: config.queryCostLimit });
    this.#graphql = createGraphQLEndpoint({ schema, router, documents, quotas, log, bodies });
    this.#stream = new StreamEndpoint({ schema, router, documents, quotas, services, log, bodies });
    this.#git = new GitEndpoint({ context, services, log, maxPushBytes: config.maxPushBytes });
    this.#rest = restListener(deps);
    this.server = createServer({ requireHostHeader: false }, (req, res) => this.#handle(req, res));
    this.server.requestTimeout = maxRequestMs;
    this.server.keepAliveTimeout = idleConnectionMs;
  }

  /** Stops listening, ends the streams of events, and waits 3 s for other requests before it closes their connections. */
  close(): Promise<void> {
    const { server } = this;
    return new Promise((resolve) => {
      if (!server.listening) return resolve();
      const cut = setTimeout(() => server.closeAllConnections(), drainMs);
      server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      this.#streams.endAll();
      server.closeIdleConnections();
    });
  }

  #handle(req: IncomingMessage, res: ServerResponse): void {
    const requestId = requestIdOf(req);
    res.setHeader('x-request-id', requestId);
    this.#streams.add(res);
    this.#dispatch(req, res, requestId).catch((error) =>
      refuseRequest(res, error, this.#deps.log, requestId),
    );
  }

  async #dispatch(req: IncomingMessage, res: ServerResponse, requestId: string): Promise<void> {
    const { log } = this.#deps;
    const invalid = faultOf(() => normalizeTarget(req));
    const path = (req.url ?? '/').split('?', 1)[0]!;
    logRequest(log, req, res, { path, requestId });
    linger(req, res);
    res.once('close', () => this.#deps.bodies.release(req));
    if (invalid) throw invalid;
    if (!path.startsWith('/git/') && this.#cors(req, res)) return;
    const refusal = healthPaths.has(path)
      ? null
      : this.#quotas.countRequest(req, res, path.startsWith('/graphql'));
    const isGraphQL = path === '/graphql' || path === '/graphql/stream';
    if (refusal && isGraphQL) refuse(res, refusal, log, requestId);
    else if (refusal && path.startsWith('/git/')) refuseGit(res, refusal);
    else if (path.startsWith('/git/')) await this.#git.handle(req, res, requestId);
    else if (path === '*') res.writeHead(204).end();
    else if (isGraphQL) await this.#handleGraphQL(req, res, { path, requestId });
    else {
      if (refusal) this.#overQuota.set(req, refusal);
      await this.#rest(req, res);
    }
  }

  /**
   * The REST API calls this where it authenticates a request, so that the refusal has the headers of its route.
   * @throws DomainError `rate_limited` for a request over the limit of its token
   */
  assertWithinQuota(req: IncomingMessage): void {
    const refusal = this.#overQuota.get(req);
    if (refusal) throw refusal;
  }

  async #handleGraphQL(
    req: IncomingMessage,
    res: ServerResponse,
    { path, requestId }: { path: string; requestId: string },
  ): Promise<void> {
    const { services, log, context } = this.#deps;
    const left = new AbortController();
    res.once('close', () => left.abort());
    try {
      if (path === '/graphql' && ExplorerEndpoint.matches(req)) {
        await this.#explorer.handle(req, res);
        return;
      }
      const ctx = await context(req, req.headers.authorization, requestId);
      ctx.left = left.signal;
      assertNotEncoded(req.headers['content-encoding']);
      if (path === '/graphql') await this.#graphql.handle(req, res, { ctx, services, left: left.signal });
      else await this.#stream.handle(req, res, ctx);
    } catch (error) {
      refuse(res, error, log, requestId);
    }
  }
}

/** The health pages and the REST API, which also answers for every other path. */
function restListener(deps: HttpServerDeps): ReturnType<typeof getRequestListener> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.route('/', healthRoutes(deps));
  app.route('/', deps.rest);
  app.onError((error, c) => {
    const requestId = requestIdOf(c.env.incoming);
    deps.log.error({ err: error, requestId }, 'a request failed');
    return errorResponse(error, requestId);
  });
  // The clean-up of unread bodies resets the connection after half a second, which is too short for an upload: see `linger`.
  return getRequestListener(app.fetch, { autoCleanupIncoming: false, errorHandler: rethrow });
}

/** Leaves the failures of the listener itself to {@link refuseRequest}. */
function rethrow(error: unknown): never {
  throw error;
}

function faultOf(check: () => void): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The last resort of every transport: answers what nothing else has answered, without its details. */
function refuseRequest(res: ServerResponse, error: unknown, log: Logger, requestId: string): void {
  if (!(error instanceof DomainError)) log.error({ err: error, requestId }, 'a request failed');
  if (res.headersSent || res.destroyed) return void res.destroy();
  const { status, headers, body } = errorAnswer(error, requestId);
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Refuses a request of a Git client, which shows the text to its user. */
function refuseGit(res: ServerResponse, error: DomainError): void {
  const { status, message, headers } = refusalOf(error);
  res.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}

/** Answers a GraphQL request that failed before it was executed. */
function refuse(res: ServerResponse, error: unknown, log: Logger, requestId: string): void {
  const masked = maskError(error, log, requestId);
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { status, headers } = refusalOf(withDatabaseErrors(error));
  res.writeHead(status, { ...headers, 'content-type': 'application/json' });
  res.end(JSON.stringify({ errors: [masked] }));
}
