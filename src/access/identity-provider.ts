import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import { DomainError } from '../errors.js';
import { boundedBody } from '../validation/bounded-body.js';
import { isTrustworthy } from '../validation/is-trustworthy.js';

/** The issuer whose JWTs authenticate, and the name that it has for this gateway. */
export interface IdentityProviderOptions {
  /** `OIDC_ISSUER`, exactly as its tokens have it in `iss`. */
  issuer: string;
  /** `OIDC_AUDIENCE`: what `aud` of a token must contain. */
  audience: string;
  /** How long a request to the issuer may take; default 5 s. */
  timeoutMs?: number;
  /** After a failed request the issuer is not asked again for so long; default 5 s. */
  pauseMs?: number;
}

/** What a valid JWT says. */
export interface VerifiedToken {
  claims: JWTPayload & { sub: string; exp: number };
  issuer: string;
}

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** Asymmetric ones alone: a key that verifies cannot sign. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const defaultTimeoutMs = 5_000;
const defaultPauseMs = 5_000;
const clockToleranceSeconds = 30;
const maxAnswerBytes = 1024 * 1024;

/**
 * Verifies the JWTs of one OpenID Connect issuer. Where its keys are comes from its discovery document; they are kept for 10
 * minutes, and a token with an unknown key has them read again, at most every 30 s.
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 * @see https://www.rfc-editor.org/rfc/rfc9068#section-4
 */
export class IdentityProvider {
  readonly #options: IdentityProviderOptions;
  #keys: Promise<KeySet> | undefined;
  #pausedUntil = 0;

  constructor(options: IdentityProviderOptions) {
    this.#options = options;
  }

  /**
   * Checks signature, issuer, audience and times of a token; the clocks may differ by 30 s.
   * @throws DomainError `unauthenticated` when the token is not valid; `issuer_unavailable` when the issuer does not answer
   */
  async verify(token: string): Promise<VerifiedToken> {
    const { issuer, audience } = this.#options;
    try {
      const keys = await this.#readKeys();
      const { payload } = await jwtVerify(token, keys, {
        ...{ issuer, audience, algorithms },
        ...{ clockTolerance: clockToleranceSeconds, requiredClaims: ['sub', 'exp'] },
      });
      if (!payload.sub || payload.exp === undefined) throw new errors.JWTInvalid('sub is empty');
      return { claims: { ...payload, sub: payload.sub, exp: payload.exp }, issuer };
    } catch (error) {
      throw refusal(error);
    }
  }

  async #readKeys(): Promise<KeySet> {
    this.#keys ??= this.#discover();
    try {
      return await this.#keys;
    } catch (error) {
      this.#keys = undefined;
      throw error;
    }
  }

  async #discover(): Promise<KeySet> {
    const { issuer, timeoutMs = defaultTimeoutMs } = this.#options;
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await this.#read(address, AbortSignal.timeout(timeoutMs));
    const found: { issuer?: unknown; jwks_uri?: unknown } = JSON.parse(answer.toString('utf8'));
    if (found.issuer !== issuer) throw new Error(`${address} names another issuer`);
    if (typeof found.jwks_uri !== 'string' || !isTrustworthy(found.jwks_uri))
      throw new Error(`${address} has no address of keys that can be trusted`);
    return createRemoteJWKSet(new URL(found.jwks_uri), {
      timeoutDuration: timeoutMs,
      [customFetch]: async (url, { signal }) => new Response(new Uint8Array(await this.#read(url, signal))),
    });
  }

  async #read(address: string, signal: AbortSignal): Promise<Buffer> {
    if (Date.now() < this.#pausedUntil) throw new Error(`${address} did not answer a moment ago`);
    try {
      return await read(address, signal);
    } catch (error) {
      this.#pausedUntil = Date.now() + (this.#options.pauseMs ?? defaultPauseMs);
      throw error;
    }
  }
}

/** What the caller reads in place of an error of the library or of the network. */
function refusal(error: unknown): DomainError {
  const reason = reasonOf(error);
  if (reason) {
    return new DomainError('unauthenticated', `This token is not valid: ${reason} Sign in again.`, {
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      cause: error,
    });
  }
  return new DomainError('issuer_unavailable', 'The issuer of this token does not answer; try again later.', {
    retryAfterSeconds: defaultPauseMs / 1_000,
    cause: error,
  });
}

/** Why a token is refused, in a sentence; undefined for a failure that is not the token's. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof errors.JWTExpired) return 'it has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const claims: Record<string, string> = {
      iss: 'another issuer made it.',
      aud: 'it is for another audience.',
    };
    return claims[error.claim] ?? `its claim "${error.claim}" is missing or wrong.`;
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'its key is not one of the issuer.';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong.';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return 'its algorithm is not accepted.';
  const isMalformed = error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid;
  return isMalformed ? 'it is malformed.' : undefined;
}

async function read(address: string, signal: AbortSignal): Promise<Buffer> {
  const answer = await fetch(address, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  if (answer.status !== 200 || !answer.body) throw new Error(`${address} answered ${answer.status}`);
  const body = answer.body as unknown as AsyncIterable<Buffer>;
  const chunks: Buffer[] = [];
  for await (const chunk of boundedBody(body, maxAnswerBytes, `${address} answered too much`))
    chunks.push(chunk);
  return Buffer.concat(chunks);
}
