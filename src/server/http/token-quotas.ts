import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerToken } from '../../access/bearer-token.js';
import { DomainError } from '../../errors.js';
import { bearerOf } from '../git/git-request.js';
import { type QuotaPolicy, quotaHeaders, TokenLimiter, type TokenQuota } from './token-limiter.js';

/** The limits a minute and token; 0 for none. */
export interface TokenQuotaLimits {
  /** `RATE_LIMIT_REQUESTS`. */
  rateLimitRequests: number;
  /** `RATE_LIMIT_COST`. */
  rateLimitCost: number;
}

const units: Record<QuotaPolicy, string> = {
  requests: 'requests',
  cost: 'points of GraphQL cost',
  failures: 'failed authentications',
};

/** Counts requests and the cost of GraphQL operations by token, and shows both in the header fields of the answer. */
export class TokenQuotas {
  readonly #requests: TokenLimiter;
  readonly #cost: TokenLimiter;
  readonly #shown = new WeakMap<ServerResponse, TokenQuota[]>();

  constructor({ rateLimitRequests, rateLimitCost }: TokenQuotaLimits) {
    this.#requests = new TokenLimiter('requests', rateLimitRequests);
    this.#cost = new TokenLimiter('cost', rateLimitCost);
  }

  /**
   * Counts a request.
   * @param withNumbers whether the refusal has the numbers as further members: the errors of REST have a closed schema
   * @returns the refusal of a request over the limit of its token
   */
  countRequest(req: IncomingMessage, res: ServerResponse, withNumbers: boolean): DomainError | null {
    return this.#refusal(this.#requests.count(bearerToken(bearerOf(req))), res, withNumbers);
  }

  /**
   * Counts the cost of an operation before it is executed.
   * @throws DomainError `rate_limited` for an operation that costs more than the token has left in this minute
   */
  chargeCost(req: IncomingMessage, res: ServerResponse, cost: number): void {
    const refusal = this.#refusal(this.#cost.count(bearerToken(bearerOf(req)), cost), res, true);
    if (refusal) throw refusal;
  }

  /**
   * Counts a message over a WebSocket as a request.
   * @param authorization as it would be in the header of a request
   * @throws DomainError `rate_limited`
   */
  countMessage(authorization: string | undefined): void {
    const quota = this.#requests.count(bearerToken(authorization));
    if (quota?.isExceeded) throw overQuota(quota, true);
  }

  /** {@link chargeCost} for an operation over a WebSocket. @throws DomainError `rate_limited` */
  chargeMessage(authorization: string | undefined, cost: number): void {
    const quota = this.#cost.count(bearerToken(authorization), cost);
    if (quota?.isExceeded) throw overQuota(quota, true);
  }

  #refusal(quota: TokenQuota | null, res: ServerResponse, withNumbers: boolean): DomainError | null {
    if (!quota) return null;
    const shown = [...(this.#shown.get(res) ?? []), quota];
    this.#shown.set(res, shown);
    if (!res.headersSent)
      for (const [name, value] of Object.entries(quotaHeaders(shown))) res.setHeader(name, value);
    return quota.isExceeded ? overQuota(quota, withNumbers) : null;
  }
}

function overQuota(
  { policy, limit, remaining, resetSeconds }: TokenQuota,
  withNumbers: boolean,
): DomainError {
  const message = `This token may use ${limit} ${units[policy]} a minute; wait ${resetSeconds} s.`;
  const extra = withNumbers ? { limit, remaining, resetSeconds } : {};
  return new DomainError('rate_limited', message, { retryAfterSeconds: resetSeconds, extra });
}
