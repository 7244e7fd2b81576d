import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const tokenForm = /^checkout\.([0-9a-f-]{36})\.([0-9]{1,13})\.([A-Za-z0-9_-]{43})$/;

/**
 * Tokens with which a new worker fetches the files of its branch. They are signed, so that nothing of them is stored, and
 * every gateway with the same `SECRETS_KEY` accepts them. See {@link loadCheckout} for what they allow.
 */
export class CheckoutTokens {
  readonly #key: Buffer;

  /** @param secretsKey the key of `SECRETS_KEY`; the tokens are signed with one that is derived from it */
  constructor(secretsKey: Uint8Array) {
    this.#key = Buffer.from(hkdfSync('sha256', secretsKey, '', 'checkout tokens', 32));
  }

  /** Makes the token of a worker. @param lifeMs how long it is valid at most, in ms */
  issue(workerId: string, lifeMs: number): string {
    const claims = `checkout.${workerId}.${Date.now() + Math.round(lifeMs)}`;
    return `${claims}.${this.#sign(claims)}`;
  }

  /** The id of the worker that a token was made for; undefined for an expired one and for any other text. */
  workerOf(token: string): string | undefined {
    const [, workerId, expiry, signature] = tokenForm.exec(token) ?? [];
    if (signature === undefined || Number(expiry) < Date.now()) return undefined;
    const expected = this.#sign(`checkout.${workerId}.${expiry}`);
    return timingSafeEqual(Buffer.from(signature), Buffer.from(expected)) ? workerId : undefined;
  }

  #sign(claims: string): string {
    return createHmac('sha256', this.#key).update(claims).digest('base64url');
  }
}
