import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { DomainError } from '../errors.js';
import { IssuerKeys, type IssuerKeysOptions } from './issuer-keys.js';

/** The issuer whose JWTs authenticate, and the name that it has for this gateway. */
export interface IdentityProviderOptions extends IssuerKeysOptions {
  /** `OIDC_AUDIENCE`: what `aud` of a token must contain. */
  audience: string;
}

/** What a valid JWT says. */
export interface VerifiedToken {
  claims: JWTPayload & { sub: string };
  issuer: string;
  /** `exp`, and the time by which the clocks may differ. */
  validUntil: Date;
}

/** Asymmetric ones alone: a key that verifies cannot sign. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const clockToleranceSeconds = 30;
const maxLength = 8_192;
/** As OpenID Connect Core has it, section 2. */
const maxSubjectLength = 255;

/**
 * Verifies the JWTs of one OpenID Connect issuer.
 * @see https://www.rfc-editor.org/rfc/rfc9068#section-4
 */
export class IdentityProvider {
  readonly #options: IdentityProviderOptions;
  readonly #keys: IssuerKeys;

  constructor(options: IdentityProviderOptions) {
    this.#options = options;
    this.#keys = new IssuerKeys(options);
  }

  /**
   * Checks signature, type, issuer, audience and times of a token; the clocks may differ by 30 s. The issuer is asked for its
   * keys only for a token that names it.
   * @throws DomainError `unauthenticated` when the token is not valid; `issuer_unavailable` when the issuer does not answer
   */
  async verify(token: string): Promise<VerifiedToken> {
    const { issuer, audience } = this.#options;
    if (token.length > maxLength) throw invalid('it is longer than 8 KiB.');
    try {
      assertOneSpelling(token);
      const claimed = decodeJwt(token);
      if (claimed.iss !== issuer) throw wrongClaim('iss', claimed);
      const { payload, protectedHeader } = await jwtVerify(token, this.#keys.find, {
        ...{ issuer, audience, algorithms },
        ...{ clockTolerance: clockToleranceSeconds, requiredClaims: ['sub', 'exp'] },
      });
      if (!isAccessTokenType(protectedHeader.typ)) throw wrongClaim('typ', payload);
      return { claims: { ...payload, sub: subjectOf(payload) }, issuer, validUntil: endOf(payload) };
    } catch (error) {
      throw refusal(error);
    }
  }
}

/** Tokens for other uses have types of their own, e.g. `logout+jwt` (RFC 8725, section 3.11). */
function isAccessTokenType(type: unknown): boolean {
  return type === undefined || (typeof type === 'string' && /^(jwt|(application\/)?at\+jwt)$/i.test(type));
}

/** A token with other unused bits at its end is as valid, and would be counted as another one by the rate limits. */
function assertOneSpelling(token: string): void {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  if (Buffer.from(signature, 'base64url').toString('base64url') !== signature)
    throw new errors.JWSInvalid('its signature has unused bits');
}

/** @returns `sub`, which the database can store as it is */
function subjectOf(payload: JWTPayload): string {
  // The library has looked only whether there is one.
  const sub: unknown = payload.sub;
  const isUsable = typeof sub === 'string' && sub !== '' && sub.length <= maxSubjectLength;
  if (!isUsable || !sub.isWellFormed() || sub.includes('\0')) throw wrongClaim('sub', payload);
  return sub;
}

function endOf(payload: JWTPayload): Date {
  const end = new Date((payload.exp! + clockToleranceSeconds) * 1_000);
  if (Number.isNaN(end.getTime())) throw wrongClaim('exp', payload);
  return end;
}

function wrongClaim(claim: string, payload: JWTPayload): errors.JWTClaimValidationFailed {
  return new errors.JWTClaimValidationFailed(`wrong "${claim}"`, payload, claim, 'check_failed');
}

/** What the caller reads in place of an error of the library or of the network. */
function refusal(error: unknown): DomainError {
  const reason = reasonOf(error);
  if (reason) return invalid(reason, error);
  return new DomainError('issuer_unavailable', 'The issuer of this token does not answer; try again later.', {
    retryAfterSeconds: 5,
    cause: error,
  });
}

function invalid(reason: string, cause?: unknown): DomainError {
  return new DomainError('unauthenticated', `This token is not valid: ${reason} Sign in again.`, {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    cause,
  });
}

/** Why a token is refused, in a sentence; undefined for a failure that is not the token's. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof errors.JWTExpired) return 'it has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const claims: Record<string, string> = {
      iss: 'another issuer made it.',
      aud: 'it is for another audience.',
      typ: 'it is no access token.',
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
