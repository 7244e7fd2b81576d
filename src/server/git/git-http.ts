import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { RequestContext } from '../../context.js';
import { withDatabaseErrors } from '../../engines/database/database-errors.js';
import { pktLine } from '../../engines/git/pkt-line.js';
import type { GitServiceName } from '../../engines/git/serve/git-service.js';
import { createWatchdog } from '../../engines/git/watchdog.js';
import { statusOf } from '../../error-status.js';
import { DomainError, notFound } from '../../errors.js';
import type { GitAccessServices } from '../../git-access/git-access-services.js';
import { loadGitService } from '../../git-access/load-git-service.js';
import { receivePush } from '../../git-access/receive-push.js';
import { bearerOf, type GitRoute, gitBody, gitRoute, protocolOf } from './git-request.js';

/** What a fetch may ask for, inflated: some hundred thousand wants and haves. */
const largestFetchRequest = 16 * 1024 * 1024;

/** As git's own server says it: what is answered holds for this moment only. */
const noCache = {
  expires: 'Fri, 01 Jan 1980 00:00:00 GMT',
  pragma: 'no-cache',
  'cache-control': 'no-cache, max-age=0, must-revalidate',
};

interface Exchange {
  ctx: RequestContext;
  req: IncomingMessage;
  res: ServerResponse;
  route: GitRoute;
  /** Aborts when the client leaves. */
  left: AbortSignal;
}

/**
 * `/git/{space_slug}/{repository}.git`: git's smart HTTP protocol, with an API token as the password of Basic
 * authentication (any user name) or as a Bearer token. What goes wrong before the stream is told as plain text, which git
 * shows to its user.
 * @see https://git-scm.com/docs/gitprotocol-http
 */
export function createGitEndpoint(options: {
  context(authorization: string | undefined, requestId: string): Promise<RequestContext>;
  services: GitAccessServices;
  /** The largest pack of a push, in bytes. */
  maxPushBytes: number;
  log: Logger;
  /** How long a client may stand still, in milliseconds; default a minute. */
  idleMs?: number;
}): (req: IncomingMessage, res: ServerResponse, requestId: string) => Promise<void> {
  const { services, log, maxPushBytes, idleMs } = options;

  async function answer(req: IncomingMessage, res: ServerResponse, requestId: string): Promise<void> {
    const authenticate = () => options.context(bearerOf(req), requestId);
    const ctx = await authenticate();
    const route = gitRoute(req.url ?? '/');
    if (!route) throw notFound('The repository');
    const method = route.action === 'info/refs' ? 'GET' : 'POST';
    if (req.method !== method) {
      res.setHeader('allow', method);
      throw new DomainError('method_not_allowed', `Use ${method} here.`);
    }
    const left = new AbortController();
    res.once('close', () => left.abort());
    const exchange = { ctx, req, res, route, left: left.signal };
    if (route.action === 'info/refs') await advertise(services, exchange);
    else await stream(exchange, route.action, authenticate);
  }

  async function stream(
    { ctx, req, res, route, left }: Exchange,
    action: GitServiceName,
    refresh: () => Promise<RequestContext>,
  ): Promise<void> {
    const watchdog = createWatchdog(left, idleMs);
    // The rest of a body is waited for no longer; where all of it is here, the client still reads an answer.
    const cut = () => void (req.complete || req.destroy());
    watchdog.signal.addEventListener('abort', cut, { once: true });
    const isPush = action === 'git-receive-pack';
    try {
      const input = gitBody(req, action, isPush ? 2 * maxPushBytes : largestFetchRequest);
      res.setHeader('content-type', `application/x-${action}-result`);
      const streams = { input, output: res, watchdog };
      if (isPush) {
        await receivePush(services, ctx, route, { ...streams, maxBytes: maxPushBytes, refresh });
      } else {
        const { service } = await loadGitService(services, ctx, route, 'view');
        await service.upload({ ...streams, protocol: protocolOf(req) });
      }
      res.end();
    } finally {
      watchdog.stop();
    }
  }

  return async (req, res, requestId) => {
    for (const [name, value] of Object.entries(noCache)) res.setHeader(name, value);
    try {
      await answer(req, res, requestId);
    } catch (error) {
      refuse(res, error, log, requestId);
    }
  };
}

async function advertise(
  services: GitAccessServices,
  { ctx, req, res, route, left }: Exchange,
): Promise<void> {
  const name = route.service;
  if (name === null) {
    throw new DomainError(
      'forbidden',
      'Only git clients that speak the smart HTTP protocol are served here.',
    );
  }
  const isPush = name === 'git-receive-pack';
  const { service } = await loadGitService(services, ctx, route, isPush ? 'edit' : 'view');
  const protocol = protocolOf(req);
  const refs = isPush ? await service.advertiseReceive(left) : await service.advertiseUpload(protocol, left);
  res.setHeader('content-type', `application/x-${name}-advertisement`);
  // In version 2 the capabilities come first, without a title.
  if (isPush || !protocol?.split(':').includes('version=2')) {
    res.write(Buffer.concat([pktLine(`# service=${name}\n`), Buffer.from('0000')]));
  }
  res.end(refs);
}

/** Answers what failed before the stream began; after that, the broken stream is all that can tell. */
function refuse(res: ServerResponse, thrown: unknown, log: Logger, requestId: string): void {
  // The client has left.
  if (res.destroyed) return;
  const error = withDatabaseErrors(thrown);
  const known = error instanceof DomainError ? error : null;
  if (!known) log.error({ err: error, requestId }, 'a git request failed');
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const code = known?.code ?? 'internal';
  if (code === 'unauthenticated') {
    res.setHeader(
      'www-authenticate',
      'Basic realm="Notebook gateway: any user name, an API token as password"',
    );
  }
  if (known?.retryAfterSeconds) res.setHeader('retry-after', known.retryAfterSeconds);
  const text =
    known?.message ?? `Something went wrong here; quote the request id ${requestId} when you report it.`;
  res.writeHead(statusOf[code], { 'content-type': 'text/plain; charset=utf-8' });
  res.end(`${text}\n`);
}
