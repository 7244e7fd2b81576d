import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '../../../errors.js';
import { LoopPace } from '../../../paging/loop-pace.js';
import { type Encoding, type PreparedPage, prepareExplorerPage } from './prepare-explorer-page.js';

const maxOpen = 200;
const maxMs = 60_000;
const retryAfterSeconds = 10;
/**
 * The page of the explorer, which is answered without a token. A thread builds and compresses it once. At most 200 answers are
 * open at the same time, each for at most a minute.
 */
export class ExplorerEndpoint {
  #prepared: Promise<PreparedPage> | undefined;
  #open = 0;
  /** The page is copied for each client, into the buffers of its connection. */
  readonly #pace = new LoopPace();

  /** Whether a request to `/graphql` asks for the page: a GET or HEAD of a browser that follows a link. */
  static matches({ method, headers }: IncomingMessage): boolean {
    return (method === 'GET' || method === 'HEAD') && /\btext\/html\b/i.test(headers.accept ?? '');
  }

  /** Answers with the page, or 304. @throws DomainError `rate_limited` while too many answers are open */
  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (this.#open >= maxOpen) {
      const message = 'Too many answers with this page are open; try again later.';
      throw new DomainError('rate_limited', message, { retryAfterSeconds });
    }
    this.#open++;
    const timer = setTimeout(() => res.destroy(), maxMs).unref();
    res.once('close', () => {
      this.#open--;
      clearTimeout(timer);
    });
    this.#prepared ??= prepareExplorerPage().catch((error) => {
      this.#prepared = undefined;
      throw error;
    });
    const page = await this.#prepared;
    await this.#pace.next();
    answer(req, res, page);
  }
}

function answer(req: IncomingMessage, res: ServerResponse, page: PreparedPage): void {
  const encoding = encodingFor(req.headers['accept-encoding'] ?? '');
  const body = page.bodies[encoding];
  const etag = `"${page.digest}-${encoding}"`;
  res.appendHeader('vary', 'Accept, Accept-Encoding');
  res.setHeader('etag', etag);
  res.setHeader('cache-control', 'no-cache');
  res.setHeader('content-security-policy', page.contentSecurityPolicy);
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader('referrer-policy', 'no-referrer');
  if (
    req.headers['if-none-match']
      ?.split(/\s*,\s*/)
      .some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag)
  ) {
    res.writeHead(304).end();
    return;
  }
  if (encoding !== 'identity') res.setHeader('content-encoding', encoding);
  res.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': body.length });
  res.end(req.method === 'HEAD' ? undefined : body);
}

/** The best encoding that a client accepts, see RFC 9110, section 12.5.3. */
function encodingFor(accepted: string): Encoding {
  const accepts = (name: string) =>
    accepted.split(',').some((item) => {
      const [coding, ...parameters] = item
        .toLowerCase()
        .split(';')
        .map((part) => part.trim());
      return coding === name && !parameters.some((one) => /^q\s*=\s*0(\.0*)?$/.test(one));
    });
  if (accepts('br')) return 'br';
  return accepts('gzip') ? 'gzip' : 'identity';
}
