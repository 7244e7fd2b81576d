import { hash } from 'node:crypto';

/**
 * The SHA-256 of a path in hexadecimal. Database indexes use it instead of the path, because PostgreSQL cannot index a
 * value over 2,704 bytes and a path may have 4,096. In SQL: `encode(sha256(convert_to(path, 'UTF8')), 'hex')`.
 * @see https://www.postgresql.org/docs/current/btree.html
 */
export function pathHash(path: string): string {
  return hash('sha256', path);
}
