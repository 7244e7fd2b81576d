import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const windowMs = 60_000;
/** So many tokens are counted; of more, those that were used first are counted anew. */
const maxTokens = 50_000;

/** How much of its limit a token has used. */
export interface RequestQuota {
  /** Requests a minute. */
  limit: number;
  /** What is left until the minute ends; 0 also for a request that is refused. */
  remaining: number;
  resetSeconds: number;
  isExceeded: boolean;
}

/** Counts the requests of each token in windows of a minute, in the memory of this process. */
export class RequestLimiter {
  readonly #limit: number;
  readonly #windows = new LRUCache<string, { count: number; endsAt: number }>({ max: maxTokens });

  /** @param limit requests a minute and token; 0 for no limit */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Counts one request.
   * @param authorization the header of the request; it is kept only as a hash
   * @returns null when there is no limit, and for a request without a token, which gets nothing but a refusal
   */
  count(authorization: string | undefined): RequestQuota | null {
    if (this.#limit === 0 || authorization === undefined) return null;
    const key = createHash('sha256').update(authorization).digest('base64');
    const now = Date.now();
    let window = this.#windows.get(key);
    if (!window || window.endsAt <= now) {
      window = { count: 0, endsAt: now + windowMs };
      this.#windows.set(key, window);
    }
    window.count++;
    return {
      limit: this.#limit,
      remaining: Math.max(0, this.#limit - window.count),
      resetSeconds: Math.ceil((window.endsAt - now) / 1000),
      isExceeded: window.count > this.#limit,
    };
  }
}

/**
 * The fields that show a client its quota.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function quotaHeaders({ limit, remaining, resetSeconds }: RequestQuota): Record<string, string> {
  return {
    'ratelimit-policy': `"requests";q=${limit};w=${windowMs / 1000}`,
    ratelimit: `"requests";r=${remaining};t=${resetSeconds}`,
  };
}
