import type { IncomingMessage } from 'node:http';
import { DomainError, FieldError } from '../../errors.js';
import { JsonBounds, type JsonLimits } from '../../validation/json-bounds.js';
import { BodyBudget, type BodyBudgetLimits } from './body-budget.js';
import { BodyBytes } from './body-bytes.js';
import { ReadPace } from './read-pace.js';

const mib = 1024 * 1024;

/** How slowly a body may arrive. */
export interface BodyPace {
  /** The time before the rate counts; default 10,000 ms. */
  graceMs: number;
  /** The rate after that time; default 32,768 bytes a second. */
  bytesPerSecond: number;
  /** The time for the whole body; default 300,000 ms. */
  maxMs: number;
}

/** The limits of a {@link RequestBodies}. */
export interface RequestBodyLimits extends Partial<BodyBudgetLimits>, Partial<BodyPace> {}

/** Who sends a body, and what it may have. */
export interface ExpectedBody {
  userId: string;
  /** Default 64 MiB. */
  maxBytes?: number;
  /** The limits of the JSON text; default none, for bodies that are no JSON. */
  json?: JsonLimits;
}

const checkEveryMs = 250;

/**
 * Reads the bodies of requests within bounds: their size, what their JSON has, how slowly they arrive, and how many bytes are
 * held at the same time. A body is held until {@link release}.
 */
export class RequestBodies {
  readonly #budget: BodyBudget;
  readonly #pace: BodyPace;
  readonly #reads = new ReadPace();
  readonly #held = new WeakMap<IncomingMessage, { userId: string; bytes: number }>();

  constructor({
    graceMs = 10_000,
    bytesPerSecond = 32_768,
    maxMs = 300_000,
    ...budget
  }: RequestBodyLimits = {}) {
    this.#budget = new BodyBudget(budget);
    this.#pace = { graceMs, bytesPerSecond, maxMs };
  }

  /** The bytes of bodies that are held now. */
  get held(): number {
    return this.#budget.held;
  }

  /**
   * Reads the body of a request.
   * @throws DomainError `payload_too_large`, `invalid_request`, `request_timeout`, `rate_limited`, `overloaded`
   */
  async read(req: IncomingMessage, { userId, maxBytes = 64 * mib, json }: ExpectedBody): Promise<Buffer> {
    const tooLarge = () => {
      const message = `A body may have at most ${maxBytes / mib} MiB.`;
      return new DomainError('payload_too_large', message);
    };
    if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
    const bounds = json && new JsonBounds(json);
    const held = { userId, bytes: 0 };
    this.#held.set(req, held);
    const body = new BodyBytes(Number(req.headers['content-length'] ?? 0));
    await this.#receive(req, (chunk) => {
      if (held.bytes + chunk.length > maxBytes) throw tooLarge();
      this.#budget.take(userId, chunk.length);
      held.bytes += chunk.length;
      const excess = bounds?.scan(chunk);
      if (excess) {
        const { member, message, type } = excess;
        throw new FieldError('invalid_request', [{ path: member === null ? [] : [member], message, type }]);
      }
      body.add(chunk);
    });
    return body.whole();
  }

  /**
   * Counts bytes of a message that is no body of a request, until {@link giveBack}.
   * @throws DomainError `rate_limited`, `overloaded`
   */
  take(userId: string, bytes: number): void {
    this.#budget.take(userId, bytes);
  }

  /** Gives back what {@link take} counted. */
  giveBack(userId: string, bytes: number): void {
    this.#budget.giveBack(userId, bytes);
  }

  /** Ends to count the body of a request; to be called when the request is answered or its client has left. */
  release(req: IncomingMessage): void {
    const held = this.#held.get(req);
    if (!held) return;
    this.#held.delete(req);
    this.#budget.giveBack(held.userId, held.bytes);
  }

  /** Resolves at the end of the body. It leaves the rest of a refused body unread: see `linger`. */
  #receive(req: IncomingMessage, take: (chunk: Buffer) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (req.destroyed && !req.complete) return reject(cutOff());
      const started = performance.now();
      let bytes = 0;
      const onData = (chunk: Buffer) => {
        bytes += chunk.length;
        try {
          this.#reads.count(req, chunk.length);
          take(chunk);
        } catch (error) {
          finish(() => reject(error));
        }
      };
      const onEnd = () => finish(resolve);
      const onCut = () => finish(() => reject(cutOff()));
      const timer = setInterval(() => {
        if (this.#isTooSlow(bytes, performance.now() - started)) finish(() => reject(tooSlow()));
      }, checkEveryMs);
      const finish = (then: () => void) => {
        clearInterval(timer);
        this.#reads.leave(req);
        req.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut).pause();
        // An error after this, e.g. a reset, is that of a request whose outcome is known.
        req.on('error', () => undefined);
        then();
      };
      req.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut);
    });
  }

  #isTooSlow(bytes: number, ms: number): boolean {
    const { graceMs, bytesPerSecond, maxMs } = this.#pace;
    return ms > maxMs || bytes < ((ms - graceMs) * bytesPerSecond) / 1000;
  }
}

function tooSlow(): DomainError {
  return new DomainError('request_timeout', 'The body arrives too slowly; send the request again.');
}

function cutOff(): DomainError {
  return new DomainError('invalid_request', 'The body ended before it was complete; send it again.');
}
