import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../errors.js';
import { quotaHeaders, TokenLimiter } from './token-limiter.js';

/**
 * Counts the requests of each address whose token is not valid. Above the limit such a request is answered with 429 in place
 * of 401, and shows this policy in place of the one for the requests of a token. A request with a valid token is never refused,
 * because many clients share the address of a proxy.
 */
export class FailedAuthentications {
  readonly #limiter: TokenLimiter;

  /** @param limit failures a minute and address; 0 for no limit */
  constructor(limit: number) {
    this.#limiter = new TokenLimiter('failures', limit);
  }

  /**
   * Runs an authentication. @throws what it throws; DomainError `rate_limited` in place of `unauthenticated` above the limit
   */
  async watch<T>(req: IncomingMessage, hasToken: boolean, authenticate: () => Promise<T>): Promise<T> {
    try {
      return await authenticate();
    } catch (error) {
      if (hasToken && error instanceof DomainError && error.code === 'unauthenticated') this.#count(req);
      throw error;
    }
  }

  #count(req: IncomingMessage): void {
    const quota = this.#limiter.count(req.socket.remoteAddress);
    if (!quota?.isExceeded) return;
    const message = `Too many requests of your address had no valid token; wait ${quota.resetSeconds} s.`;
    const headers = quotaHeaders([quota]);
    throw new DomainError('rate_limited', message, { retryAfterSeconds: quota.resetSeconds, headers });
  }
}
