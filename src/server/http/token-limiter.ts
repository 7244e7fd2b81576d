import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const windowMs = 60_000;
/** The maximum number of counted tokens. Beyond it, the count of the token that was used least recently begins anew. */
const maxTokens = 50_000;

/** What is limited: requests, the cost of GraphQL operations, or failed authentications. */
export type QuotaPolicy = 'requests' | 'cost' | 'failures';

/** How much of its limit a token has used. */
export interface TokenQuota {
  policy: QuotaPolicy;
  /** The amount a minute. */
  limit: number;
  /** What is left until the minute ends. */
  remaining: number;
  resetSeconds: number;
  isExceeded: boolean;
}

/** Counts what each token uses in windows of a minute, in the memory of this process. */
export class TokenLimiter {
  readonly #policy: QuotaPolicy;
  readonly #limit: number;
  readonly #windows = new LRUCache<string, { count: number; endsAt: number }>({ max: maxTokens });

  /** @param limit the amount a minute and token; 0 for no limit */
  constructor(policy: QuotaPolicy, limit: number) {
    this.#policy = policy;
    this.#limit = limit;
  }

  /**
   * Counts an amount, unless it exceeds what is left.
   * @param user who uses it: the token of the request, or its address; it is kept only as a hash
   * @returns null when there is no limit, and for a request without a token, which gets nothing but a refusal
   */
  count(user: string | undefined, amount = 1): TokenQuota | null {
    if (this.#limit === 0 || user === undefined) return null;
    const key = createHash('sha256').update(user).digest('base64');
    const now = Date.now();
    let window = this.#windows.get(key);
    if (!window || window.endsAt <= now) {
      window = { count: 0, endsAt: now + windowMs };
      this.#windows.set(key, window);
    }
    const isExceeded = window.count + amount > this.#limit;
    if (!isExceeded) window.count += amount;
    return {
      policy: this.#policy,
      limit: this.#limit,
      remaining: this.#limit - window.count,
      resetSeconds: Math.ceil((window.endsAt - now) / 1000),
      isExceeded,
    };
  }
}

/**
 * The fields that show a client its quotas.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function quotaHeaders(quotas: readonly TokenQuota[]): Record<string, string> {
  const policies = quotas.map(({ policy, limit }) => `"${policy}";q=${limit};w=${windowMs / 1000}`);
  const left = quotas.map(
    ({ policy, remaining, resetSeconds }) => `"${policy}";r=${remaining};t=${resetSeconds}`,
  );
  return { 'ratelimit-policy': policies.join(', '), ratelimit: left.join(', ') };
}
