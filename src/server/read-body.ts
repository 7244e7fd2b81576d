import type { IncomingMessage } from 'node:http';
import { DomainError } from '../errors.js';

/**
 * Reads a request's body as UTF-8 text.
 * @param limit the most bytes
 * @throws DomainError `payload_too_large`
 */
export async function readBody(req: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    size += chunk.length;
    if (size > limit) throw new DomainError('payload_too_large', 'A body may have at most 64 MiB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
