import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { GraphQLSchema } from 'graphql';
import { Hono } from 'hono';
import type { Logger } from 'pino';
import type { RestApp } from '../../../rest/app.js';
import { assertNotEncoded } from '../../../rest/assert-not-encoded.js';
import { errorResponse } from '../../../rest/error-response.js';
import type { Services } from '../../../schema/services.js';
import type { Config } from '../../config.js';
import type { RequestContext } from '../../context.js';
import { withDatabaseErrors } from '../../engines/database/database-errors.js';
import { ByteBudget } from '../../engines/events/byte-budget.js';
import { DomainError } from '../../errors.js';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.js';
import { refusalOf } from '../../refusal.js';
import { GitEndpoint } from '../git/git-endpoint.js';
import { ClientDocuments } from '../graphql/documents/client-documents.js';
import { ExplorerEndpoint } from '../graphql/explorer/explorer-endpoint.js';
import { createGraphQLEndpoint } from '../graphql/graphql-endpoint.js';
import type { OperationRouter } from '../graphql/operation-router.js';
import { SocketEndpoint } from '../graphql/sockets/socket-endpoint.js';
import { StreamEndpoint } from '../graphql/stream-endpoint.js';
import { answerClientError } from './answer-client-error.js';
import { assertAllowedOrigin } from './assert-allowed-origin.js';
import { createCors } from './cors.js';
import { EventStreams } from './event-streams.js';
import { type HealthDeps, healthPaths, healthRoutes } from './health.js';
import { linger } from './linger.js';
import { MetricsEndpoint } from './metrics-endpoint.js';
import { PageEndpoint } from './pages/page-endpoint.js';
import { refuseGit, refuseGraphQL, refuseRequest } from './refuse-requests.js';
import { refuseUpgrade } from './refuse-upgrade.js';
import { reportRequest, unknownOperation } from './report-request.js';
import type { RequestBodies } from './request-bodies.js';
import { requestIdOf } from './request-id.js';
import { RequestQueues } from './request-queues.js';
import { addToRecord } from './request-record.js';
import { normalizeTarget } from './request-target.js';
import { TokenQuotas } from './token-quotas.js';
import { UnreadAnswers, type UnreadLimits } from './unread-answers.js';
import { UpgradeableMessage } from './upgradeable-message.js';

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
    'corsOrigins' | 'maxPushBytes' | 'metricsToken' | 'queryCostLimit' | 'rateLimitRequests' | 'rateLimitCost'
  >;
  log: Logger;
  metrics: GatewayMetrics;
  bodies: RequestBodies;
  /** The built pages, `dist/web`; it may be missing. */
  webDirectory: string;
  /** How much may wait for the clients of answers; default as {@link UnreadAnswers}. */
  unreadLimits?: Partial<UnreadLimits>;
}

const drainMs = 3_000;
const clientLeft = new Error('The response is closed.');
/** The time to receive a whole request with its body: a large push may come over a slow connection. */
const maxRequestMs = 30 * 60_000;
/**
 * The time that a connection is kept without a request. With the five seconds of Node, a client that sends its next request at
 * that moment gets a reset; proxies reuse connections for a minute.
 */
const idleConnectionMs = 65_000;

/**
 * Serves the pages of browsers, REST, `/graphql` (also over WebSocket), `/graphql/stream`, `/git/`, `/metrics` and
 * the health pages on one port.
 */
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
  readonly #pages: PageEndpoint;
  readonly #stream: StreamEndpoint;
  readonly #sockets: SocketEndpoint;
  readonly #git: GitEndpoint;
  readonly #metrics: MetricsEndpoint;
  readonly #streams = new EventStreams();
  readonly #requests = new RequestQueues();
  /** What waits for the clients of its answers. */
  readonly unread: UnreadAnswers;
  readonly #rest: ReturnType<typeof getRequestListener>;

  constructor(deps: HttpServerDeps) {
    const { schema, services, router, config, context, log, bodies } = deps;
    this.#deps = deps;
    this.unread = new UnreadAnswers(deps.unreadLimits);
    this.#cors = createCors(config.corsOrigins);
    this.#quotas = new TokenQuotas(config);
    const quotas = this.#quotas;
    const documents = new ClientDocuments({ schema, costLimit: config.queryCostLimit });
    this.#graphql = createGraphQLEndpoint({ schema, router, documents, quotas, log, bodies });
    const output = new ByteBudget('results');
    this.#stream = new StreamEndpoint({ schema, router, documents, quotas, services, log, bodies, output });
    this.#sockets = new SocketEndpoint({ ...deps, documents, quotas, output });
    this.#git = new GitEndpoint({ context, services, bodies, log, maxPushBytes: config.maxPushBytes });
    const { metrics } = deps;
    this.#metrics = new MetricsEndpoint({ metrics, metricsToken: config.metricsToken, context });
    this.#pages = new PageEndpoint(deps.webDirectory);
    this.#rest = restListener(deps);
    const options = { requireHostHeader: false, IncomingMessage: UpgradeableMessage };
    this.server = createServer(options, (req, res) =>
      this.#requests.take(req, res, () => this.#handle(req, res)),
    );
    this.server.on('clientError', answerClientError);
    this.server.on('upgrade', (req, socket, head) => void this.#upgrade(req, socket, head));
    this.server.requestTimeout = maxRequestMs;
    this.server.keepAliveTimeout = idleConnectionMs;
  }

  /** How many answers are being written, streams of events and others, and how many WebSockets are open. */
  get open(): { streams: number; others: number; sockets: number } {
    return { ...this.#streams.count, sockets: this.#sockets.count };
  }

  /** Stops listening, ends the streams of events, and waits 3 s for other requests before it closes their connections. */
  close(): Promise<void> {
    const { server } = this;
    return new Promise((resolve) => {
      if (!server.listening) return resolve();
      const cut = setTimeout(() => {
        server.closeAllConnections();
        this.#sockets.cutAll();
      }, drainMs);
      server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      this.#streams.endAll();
      this.#sockets.closeAll();
      server.closeIdleConnections();
    });
  }

  #handle(req: IncomingMessage, res: ServerResponse): void {
    const requestId = requestIdOf(req);
    res.setHeader('x-request-id', requestId);
    this.#streams.add(res);
    this.unread.add(res);
    this.#dispatch(req, res, requestId).catch((error) =>
      refuseRequest(req, res, error, this.#deps.log, requestId),
    );
  }

  /** Opens a WebSocket, or answers why not. */
  async #upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const requestId = requestIdOf(req);
    const start = performance.now();
    socket.on('error', () => socket.destroy());
    try {
      const { host, origin } = req.headers;
      normalizeTarget(req);
      assertAllowedOrigin(origin, host, this.#deps.config.corsOrigins);
      await this.#sockets.open(req, socket, head, requestId);
    } catch (error) {
      const { log, metrics } = this.#deps;
      const known = withDatabaseErrors(error);
      const isKnown = known instanceof DomainError;
      if (!isKnown) log.error({ err: error, requestId }, 'a request failed');
      const status = refuseUpgrade(socket, known, requestId);
      const code = isKnown ? known.code : 'internal';
      const ms = performance.now() - start;
      log.info({ requestId, method: 'GET', path: '/graphql', status, ms: Math.round(ms), code }, 'request');
      const refused = { transport: 'graphql', operation: unknownOperation, status, code } as const;
      metrics.requestAnswered({ ...refused, seconds: ms / 1000, isStream: false });
    }
  }

  async #dispatch(req: IncomingMessage, res: ServerResponse, requestId: string): Promise<void> {
    const { log, metrics } = this.#deps;
    const invalid = faultOf(() => normalizeTarget(req));
    const path = (req.url ?? '/').split('?', 1)[0]!;
    reportRequest({ log, metrics }, req, res, { path, requestId });
    linger(req, res);
    res.once('close', () => this.#deps.bodies.release(req));
    if (invalid) throw invalid;
    if (!path.startsWith('/git/') && this.#cors(req, res)) return;
    const refusal = healthPaths.has(path)
      ? null
      : this.#quotas.countRequest(req, res, path.startsWith('/graphql'));
    const isGraphQL = path === '/graphql' || path === '/graphql/stream';
    if (refusal && isGraphQL) refuseGraphQL(req, res, refusal, log, requestId);
    else if (refusal && path.startsWith('/git/')) refuseGit(req, res, refusal);
    else if (refusal && path === '/metrics') throw refusal;
    else if (path === '/metrics') await this.#metrics.handle(req, res, requestId);
    else if (path.startsWith('/git/')) await this.#git.handle(req, res, requestId);
    else if (path === '*') res.writeHead(204).end();
    else if (!refusal && (await this.#pages.handle(req, res, path))) addToRecord(req, { operation: 'page' });
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
    // Without a reason, each would make an exception with its stack: a thousand streams may end together.
    res.once('close', () => left.abort(clientLeft));
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
      refuseGraphQL(req, res, error, log, requestId);
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
    addToRecord(c.env.incoming, { code: refusalOf(error).code });
    if (!(error instanceof DomainError)) deps.log.error({ err: error, requestId }, 'a request failed');
    return errorResponse(error, requestId);
  });
  // The first match compiles the patterns of all routes, which needs about a tenth of a second: while nobody waits for it.
  app.router.match('GET', '/');
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
