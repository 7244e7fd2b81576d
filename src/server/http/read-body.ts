import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../errors.js';

const largestBody = 64 * 1024 * 1024;

/**
 * Reads a request's body.
 * @throws DomainError `payload_too_large`
 */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed when it is left half-way: that would cut the connection before the answer.
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > largestBody) throw new DomainError('payload_too_large', 'A body may have at most 64 MiB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
