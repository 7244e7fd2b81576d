import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerToken } from '../../access/bearer-token.js';
import { requirePlatformAdmin } from '../../access/require-admin.js';
import type { RequestContext } from '../../context.js';
import { methodNotAllowed } from '../../errors.js';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.js';

/** What {@link MetricsEndpoint} uses. */
export interface MetricsEndpointDeps {
  metrics: GatewayMetrics;
  /** `METRICS_TOKEN`; undefined where only an admin's API token is accepted. */
  metricsToken: string | undefined;
  /** Authenticates a request. */
  context(
    req: IncomingMessage,
    authorization: string | undefined,
    requestId: string,
  ): Promise<RequestContext>;
}

/**
 * `/metrics`, in the text format of Prometheus. It takes `METRICS_TOKEN`, which works also while the database does not answer,
 * or the API token of a platform admin.
 */
export class MetricsEndpoint {
  readonly #deps: MetricsEndpointDeps;
  readonly #tokenHash: Buffer | undefined;

  constructor(deps: MetricsEndpointDeps) {
    this.#deps = deps;
    this.#tokenHash = deps.metricsToken === undefined ? undefined : hashOf(deps.metricsToken);
  }

  /** @throws DomainError `method_not_allowed`, `unauthenticated`, `insufficient_scope`, `forbidden`, `storage_unavailable` */
  async handle(req: IncomingMessage, res: ServerResponse, requestId: string): Promise<void> {
    const { metrics, context } = this.#deps;
    if (req.method !== 'GET' && req.method !== 'HEAD') throw methodNotAllowed(['GET', 'HEAD']);
    if (!this.#hasMetricsToken(req))
      requirePlatformAdmin(await context(req, req.headers.authorization, requestId));
    const text = await metrics.text();
    const length = Buffer.byteLength(text);
    res.writeHead(200, {
      'content-type': metrics.contentType,
      'content-length': length,
      'cache-control': 'no-store',
    });
    res.end(req.method === 'HEAD' ? undefined : text);
  }

  #hasMetricsToken({ headers }: IncomingMessage): boolean {
    const given = bearerToken(headers.authorization);
    return (
      given !== undefined && this.#tokenHash !== undefined && timingSafeEqual(hashOf(given), this.#tokenHash)
    );
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
