import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '../../errors.js';

const mib = 1024 * 1024;

/** How much of the answers may wait for clients that do not read them. */
export interface UnreadLimits {
  /** From so many bytes of one user on, further requests are refused; from twice as many on, answers are cut. Default 160 MiB. */
  perUser: number;
  /** The same of all users; default 512 MiB. */
  total: number;
  /** What each user may have waiting also when the total is reached, in bytes; default 8 MiB. */
  always: number;
  /** A client that takes nothing of what waits for so long is cut, in milliseconds; default 30 s. */
  stalledMs: number;
}

/** How often what waits is counted. In that time the gateway writes some ten MiB at most. */
const countMs = 250;

interface OpenAnswer {
  res: ServerResponse;
  /** Undefined where nobody is authenticated. */
  userId?: string;
}

/**
 * Bounds what waits in this process for clients that do not read their answers: Node keeps an answer until the connection has
 * taken it. It does so for every transport over HTTP; a WebSocket has its own budget.
 */
export class UnreadAnswers {
  readonly #limits: UnreadLimits;
  /** The answers that are open, by their requests. */
  readonly #open = new Map<IncomingMessage, OpenAnswer>();
  #byUser = new Map<string | undefined, number>();
  #total = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({
    perUser = 160 * mib,
    total = 512 * mib,
    always = 8 * mib,
    stalledMs = 30_000,
  }: Partial<UnreadLimits> = {}) {
    this.#limits = { perUser, total, always, stalledMs };
  }

  /** Watches an answer from its request on. */
  add(res: ServerResponse): void {
    const { req } = res;
    this.#open.set(req, { res });
    // Node calls this only where the connection has taken nothing in that time, also of one large write.
    res.setTimeout(this.#limits.stalledMs, () => {
      if (res.writableLength > 0) res.destroy();
    });
    res.once('close', () => this.#open.delete(req));
    this.#timer ??= setInterval(() => this.#count(), countMs).unref();
  }

  /**
   * Notes who has sent a request, before anything is done for it; that of a WebSocket does not count.
   * @throws DomainError `rate_limited` when too much waits for the user, `overloaded` when too much waits for all
   */
  authenticated(req: IncomingMessage, userId: string): void {
    const answer = this.#open.get(req);
    if (!answer) return;
    answer.userId = userId;
    const { perUser, total, always } = this.#limits;
    const own = this.#byUser.get(userId) ?? 0;
    if (own > perUser)
      throw new DomainError('rate_limited', 'Your clients have not read their answers; read them first.', {
        retryAfterSeconds: 1,
      });
    if (own > always && this.#total > total)
      throw new DomainError('overloaded', 'Too many answers wait for slow clients; try again.');
  }

  #count(): void {
    this.#byUser = new Map();
    this.#total = 0;
    for (const { res, userId } of this.#open.values()) {
      const bytes = res.writableLength;
      if (bytes === 0) continue;
      this.#byUser.set(userId, (this.#byUser.get(userId) ?? 0) + bytes);
      this.#total += bytes;
    }
    this.#cut();
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Cuts answers, the newest first, of users for whom too much waits. */
  #cut(): void {
    const { perUser, total, always } = this.#limits;
    const users = [...this.#byUser].sort(([, a], [, b]) => b - a);
    for (const [userId, held] of users) {
      const excess = Math.max(held - 2 * perUser, Math.min(held - always, this.#total - 2 * total));
      if (excess > 0) this.#cutAnswersOf(userId, excess);
    }
  }

  /** @param excess the bytes that have to go */
  #cutAnswersOf(userId: string | undefined, excess: number): void {
    let left = excess;
    const waiting = [...this.#open.values()].filter((one) => one.userId === userId && waits(one));
    // The oldest one stays: a single answer may be larger than the bound.
    for (const { res } of waiting.slice(1).reverse()) {
      if (left <= 0) return;
      left -= res.writableLength;
      this.#total -= res.writableLength;
      res.destroy();
    }
  }
}

function waits({ res }: OpenAnswer): boolean {
  return res.writableLength > 0;
}
