import { createHash, randomBytes } from 'node:crypto';

/** A new API token: 256 random bits in base64url after `nbg_`, a prefix by which secret scanners recognize it. */
export function generateToken(): string {
  return `nbg_${randomBytes(32).toString('base64url')}`;
}

/**
 * The SHA-256 of a token in hex. The database stores only this hash. The token is random, so no salt or stretching is needed.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
