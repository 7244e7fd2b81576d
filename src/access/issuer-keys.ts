import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';
import { boundedBody } from '../validation/bounded-body.js';
import { isTrustworthy } from '../validation/is-trustworthy.js';

/** Whose keys {@link IssuerKeys} reads, and how often. */
export interface IssuerKeysOptions {
  /** The address of the issuer, exactly as its tokens have it in `iss`. */
  issuer: string;
  /** How long a read may take; default 5 s. */
  timeoutMs?: number;
  /** After a failed read the issuer is not asked again for so long; default 5 s. */
  pauseMs?: number;
  /** Younger keys are not read again for a token with an unknown key; default 30 s. */
  minAgeMs?: number;
  /** Older keys are read again; default 10 minutes. */
  maxAgeMs?: number;
  /** Where failed reads are reported; default nowhere. */
  log?: Pick<Logger, 'warn'>;
}

const defaults = { timeoutMs: 5_000, pauseMs: 5_000, minAgeMs: 30_000, maxAgeMs: 600_000 };
const maxAnswerBytes = 1024 * 1024;

/**
 * The public keys of an OpenID Connect issuer. Where they are comes from its discovery document, which is read with them.
 * While the issuer does not answer, the keys that it had last are used.
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions & typeof defaults;
  #known: JWTVerifyGetKey | undefined;
  #readAt = 0;
  #reading: Promise<void> | undefined;
  /** Zero after a read that succeeded. */
  #pausedUntil = 0;

  constructor(options: IssuerKeysOptions) {
    this.#options = { ...defaults, ...options };
  }

  /**
   * Finds the key that a token names.
   * @throws JWKSNoMatchingKey when the issuer has no such key; Error when it does not answer
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const { minAgeMs, maxAgeMs } = this.#options;
    if (!this.#known) await this.#read();
    else if (this.#ageMs > maxAgeMs) await this.#renew();
    try {
      return await this.#known!(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || this.#ageMs < minAgeMs) throw error;
      await this.#read();
      return this.#known!(header, token);
    }
  };

  get #ageMs(): number {
    return performance.now() - this.#readAt;
  }

  /** Never rejects. Nobody waits for an issuer that did not answer the last time. */
  async #renew(): Promise<void> {
    const hasFailed = this.#pausedUntil > 0;
    const reading = this.#read().catch(() => {});
    if (!hasFailed) await reading;
  }

  async #read(): Promise<void> {
    if (performance.now() < this.#pausedUntil) throw new Error('The issuer did not answer a moment ago.');
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async #readNow(): Promise<void> {
    const { issuer, timeoutMs, pauseMs, log } = this.#options;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      const found = (await readJson(address, signal)) as { issuer?: unknown; jwks_uri?: unknown } | null;
      if (found?.issuer !== issuer) throw new Error(`${address} names another issuer`);
      if (typeof found.jwks_uri !== 'string' || !isTrustworthy(found.jwks_uri))
        throw new Error(`${address} has no address of keys that can be trusted`);
      this.#known = createLocalJWKSet((await readJson(found.jwks_uri, signal)) as never);
      this.#readAt = performance.now();
      this.#pausedUntil = 0;
    } catch (err) {
      this.#pausedUntil = performance.now() + pauseMs;
      log?.warn({ err }, 'the keys of the issuer could not be read');
      throw err;
    }
  }
}

async function readJson(address: string, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(address, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  if (answer.status !== 200 || !answer.body) throw new Error(`${address} answered ${answer.status}`);
  const body = answer.body as unknown as AsyncIterable<Buffer>;
  const chunks: Buffer[] = [];
  for await (const chunk of boundedBody(body, maxAnswerBytes, `${address} answered too much`))
    chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
