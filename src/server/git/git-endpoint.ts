import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { RequestContext } from '../../context.js';
import { withDatabaseErrors } from '../../engines/database/database-errors.js';
import { createWatchdog } from '../../engines/events/watchdog.js';
import { type GitService, type GitServiceName, maxFetchBytes } from '../../engines/git/git-store.js';
import { DomainError, methodNotAllowed, notFound } from '../../errors.js';
import type { GitAccessServices } from '../../git-access/git-access-services.js';
import { checkoutWorkerOf, loadCheckout } from '../../git-access/load-checkout.js';
import { loadGitService } from '../../git-access/load-git-service.js';
import { receivePush } from '../../git-access/receive-push.js';
import { refusalOf } from '../../refusal.js';
import { guardTransfer } from '../../subscriptions/guard-transfer.js';
import type { StreamGuard } from '../../subscriptions/stream-guard.js';
import type { RequestBodies } from '../http/request-bodies.js';
import { addToRecord } from '../http/request-record.js';
import { bearerOf, bodyDecoder, type GitRoute, gitRoute, isLfsTarget, protocolOf } from './git-request.js';

/** The headers of Git's own server: every answer is true at this moment only. */
const noCache = {
  expires: 'Fri, 01 Jan 1980 00:00:00 GMT',
  pragma: 'no-cache',
  'cache-control': 'no-cache, max-age=0, must-revalidate',
};

/** The title of each advertisement, in pkt-lines. @see https://git-scm.com/docs/gitprotocol-http */
const titles: Record<GitServiceName, string> = {
  'git-upload-pack': '001e# service=git-upload-pack\n0000',
  'git-receive-pack': '001f# service=git-receive-pack\n0000',
};

const basicChallenge = 'Basic realm="Notebook gateway: any user name, an API token as password"';

/** What a {@link GitEndpoint} works with. */
export interface GitEndpointDeps {
  /** Authenticates a request. */
  context(
    req: IncomingMessage,
    authorization: string | undefined,
    requestId: string,
  ): Promise<RequestContext>;
  services: GitAccessServices & { streamGuard: StreamGuard };
  /** Reads the requests of fetches. */
  bodies: RequestBodies;
  /** The maximum size of the pack of a push, in bytes. */
  maxPushBytes: number;
  log: Logger;
  /** How long a client may neither send nor read, in milliseconds; default a minute. */
  idleMs?: number;
}

interface Exchange {
  /** Who sent the request; for one with a checkout token the id of the worker. */
  ctx: RequestContext | string;
  req: IncomingMessage;
  res: ServerResponse;
  route: GitRoute;
  /** Aborts when the client leaves. */
  left: AbortSignal;
}

/**
 * `/git/{space_slug}/{repository}.git`, or without `.git`: Git's smart HTTP protocol. The credentials are an API token, as
 * the password of Basic authentication with any user name, or as a Bearer token; or the checkout token of a worker. An error
 * before the stream begins is answered as plain
 * text, which Git shows to its user.
 * @see https://git-scm.com/docs/gitprotocol-http
 */
export class GitEndpoint {
  readonly #deps: GitEndpointDeps;

  constructor(deps: GitEndpointDeps) {
    this.#deps = deps;
  }

  /** Answers one request, also when it fails. */
  async handle(req: IncomingMessage, res: ServerResponse, requestId: string): Promise<void> {
    for (const [name, value] of Object.entries(noCache)) res.setHeader(name, value);
    try {
      await this.#answer(req, res, requestId);
    } catch (error) {
      const thrown = withDatabaseErrors(error);
      addToRecord(req, { code: refusalOf(thrown).code });
      refuse(res, thrown, this.#deps.log, requestId);
    }
  }

  async #answer(req: IncomingMessage, res: ServerResponse, requestId: string): Promise<void> {
    const authenticate = () => this.#deps.context(req, bearerOf(req), requestId);
    const ctx = checkoutWorkerOf(this.#deps.services, bearerOf(req)) ?? (await authenticate());
    if (isLfsTarget(req.url ?? '/')) {
      addToRecord(req, { operation: 'git-lfs', code: 'not_found' });
      return refuseLfs(res, requestId);
    }
    const route = gitRoute(req.url ?? '/');
    if (!route) throw notFound('The repository');
    addToRecord(req, { operation: route.service ?? route.action });
    const method = route.action === 'info/refs' ? 'GET' : 'POST';
    if (req.method !== method) throw methodNotAllowed([method]);
    const left = new AbortController();
    res.once('close', () => left.abort());
    const exchange = { ctx, req, res, route, left: left.signal };
    if (route.action === 'info/refs') await this.#advertise(exchange);
    else if (route.action === 'git-upload-pack') await this.#fetch(exchange);
    else await this.#push(exchange, authenticate);
  }

  async #advertise({ ctx, req, res, route, left }: Exchange): Promise<void> {
    const name = route.service;
    if (name === null) {
      throw new DomainError(
        'forbidden',
        'Only Git clients that speak the smart HTTP protocol are served here.',
      );
    }
    const isPush = name === 'git-receive-pack';
    const service = await this.#load(ctx, route, isPush ? 'edit' : 'view');
    const protocol = protocolOf(req);
    const refs = isPush
      ? await service.advertiseReceive(clientOf(ctx), left)
      : await service.advertiseUpload(clientOf(ctx), protocol, left);
    res.setHeader('content-type', `application/x-${name}-advertisement`);
    // Version 2 begins with the capabilities, without this title.
    if (isPush || !protocol?.split(':').includes('version=2')) {
      res.write(titles[name]);
    }
    res.end(refs);
  }

  async #load(ctx: RequestContext | string, route: GitRoute, need: 'view' | 'edit'): Promise<GitService> {
    const { services } = this.#deps;
    if (typeof ctx !== 'string') return (await loadGitService(services, ctx, route, need)).service;
    if (need === 'edit') throw onlyFetches();
    return loadCheckout(services, ctx, route);
  }

  async #fetch({ ctx, req, res, route, left }: Exchange): Promise<void> {
    const { bodies, idleMs } = this.#deps;
    const decode = bodyDecoder(req, route.action);
    const service = await this.#load(ctx, route, 'view');
    const userId = clientOf(ctx);
    const body = await bodies.read(req, { userId, maxBytes: maxFetchBytes });
    const watchdog = createWatchdog(left, idleMs);
    const endGuard = this.#guard(ctx, route, res);
    try {
      res.setHeader('content-type', 'application/x-git-upload-pack-result');
      const input = decode(Readable.from([body]));
      await service.upload(userId, { input, output: res, watchdog, protocol: protocolOf(req) });
      res.end();
    } finally {
      endGuard();
      watchdog.stop();
    }
  }

  async #push(
    { ctx, req, res, route, left }: Exchange,
    refresh: () => Promise<RequestContext>,
  ): Promise<void> {
    const { services, maxPushBytes: maxBytes, idleMs } = this.#deps;
    const watchdog = createWatchdog(left, idleMs);
    // Ends the wait for the rest of a body. Where the body is complete, the client can still read an answer.
    const cut = () => void (req.complete || req.destroy());
    watchdog.signal.addEventListener('abort', cut, { once: true });
    try {
      const input = bodyDecoder(req, route.action)(req);
      res.setHeader('content-type', 'application/x-git-receive-pack-result');
      if (typeof ctx === 'string') throw onlyFetches();
      await receivePush(services, ctx, route, { input, output: res, watchdog, maxBytes, refresh });
      res.end();
    } finally {
      watchdog.stop();
    }
  }

  /** Breaks a fetch off when the caller loses access. A checkout token is valid for one worker, and not checked again. */
  #guard(ctx: RequestContext | string, route: GitRoute, res: ServerResponse): () => void {
    if (typeof ctx === 'string') return () => {};
    const { services } = this.#deps;
    const recheck = {
      key: ['git', route.spaceSlug, route.name],
      check: (fresh: RequestContext) => loadGitService(services, fresh, route, 'view'),
    };
    return guardTransfer(services.streamGuard, ctx, recheck, () => res.destroy());
  }
}

/** Whose share of the slots and of the memory for bodies a request uses. */
function clientOf(ctx: Exchange['ctx']): string {
  return typeof ctx === 'string' ? ctx : ctx.actor.userId;
}

function onlyFetches(): DomainError {
  return new DomainError('forbidden', 'This token is for a fetch only; push with an API token.');
}

/** Git LFS shows its user the `message` of an answer of its type. */
function refuseLfs(res: ServerResponse, requestId: string): void {
  const message =
    'Git LFS is not offered here. Run "git lfs uninstall" in this clone, and commit files up to 64 MiB as they are.';
  res.writeHead(404, { 'content-type': 'application/vnd.git-lfs+json' });
  res.end(JSON.stringify({ message, request_id: requestId }));
}

/** Answers an error from before the stream began. After that, the client can only notice the broken stream. */
function refuse(res: ServerResponse, error: unknown, log: Logger, requestId: string): void {
  if (res.destroyed) return;
  if (!(error instanceof DomainError)) log.error({ err: error, requestId }, 'a git request failed');
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { code, status, message, headers } = refusalOf(error);
  const challenge = code === 'unauthenticated' ? { 'www-authenticate': basicChallenge } : {};
  const text = code === 'internal' ? `${message} It is ${requestId}.` : message;
  res.writeHead(status, { ...headers, ...challenge, 'content-type': 'text/plain; charset=utf-8' });
  res.end(`${text}\n`);
}
