import { createHash, randomBytes } from 'node:crypto';

/** A new API token: 256 random bits behind a prefix that secret scanners can know. */
export function generateToken(): string {
  return `nbg_${randomBytes(32).toString('base64url')}`;
}

/** What is stored of a token: its SHA-256 in hex. A token has 256 random bits, so no salt or stretching is needed. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
