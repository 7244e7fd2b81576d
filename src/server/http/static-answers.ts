import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '../../errors.js';
import { LoopPace } from '../../paging/loop-pace.js';
import { type Encoding, encodingFor, hasTag } from './accepted-encoding.js';

/** A file in memory, which all answers share. */
export interface StaticFile {
  /** The file, and what was compressed of it. */
  bodies: Partial<Record<Encoding, Uint8Array>> & { identity: Uint8Array };
  contentType: string;
  /** A short hash of the content. */
  digest: string;
}

const maxMs = 60_000;
const retryAfterSeconds = 10;

/** Answers with files that need no token. A bounded number of answers is open at the same time, each for at most a minute. */
export class StaticAnswers {
  readonly #maxOpen: number;
  #open = 0;
  /** A file is copied for each client, into the buffers of its connection. */
  readonly #pace = new LoopPace();

  constructor(maxOpen: number) {
    this.#maxOpen = maxOpen;
  }

  /** Counts an answer until it is closed. @throws DomainError `overloaded` while too many are open */
  admit(res: ServerResponse): void {
    if (this.#open >= this.#maxOpen) {
      const message = 'Too many answers with these pages are open; try again later.';
      throw new DomainError('overloaded', message, { retryAfterSeconds });
    }
    this.#open++;
    const timer = setTimeout(() => res.destroy(), maxMs).unref();
    res.once('close', () => {
      this.#open--;
      clearTimeout(timer);
    });
  }

  /** Answers an admitted GET or HEAD with a file in the best encoding that the client accepts, or with 304. */
  async send(
    req: IncomingMessage,
    res: ServerResponse,
    { bodies, contentType, digest }: StaticFile,
    headers: Readonly<Record<string, string>>,
    status = 200,
  ): Promise<void> {
    await this.#pace.next();
    const wanted = encodingFor(req.headers['accept-encoding'] ?? '');
    const encoding = bodies[wanted] ? wanted : 'identity';
    const body = bodies[encoding] ?? bodies.identity;
    const etag = `"${digest}-${encoding}"`;
    res.appendHeader('vary', 'Accept, Accept-Encoding');
    res.setHeader('etag', etag);
    res.setHeader('x-content-type-options', 'nosniff');
    res.setHeader('referrer-policy', 'no-referrer');
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    if (status === 200 && hasTag(req.headers['if-none-match'], etag)) {
      res.writeHead(304).end();
      return;
    }
    if (encoding !== 'identity') res.setHeader('content-encoding', encoding);
    res.writeHead(status, { 'content-type': contentType, 'content-length': body.length });
    res.end(req.method === 'HEAD' ? undefined : body);
  }
}
