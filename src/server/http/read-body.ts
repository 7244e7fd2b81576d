import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../errors.js';

const maxBodyBytes = 64 * 1024 * 1024;

/**
 * Reads the body of a request into memory, at most 64 MiB.
 * @throws DomainError `payload_too_large`
 */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // To destroy the request early would close the connection before the answer is sent.
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new DomainError('payload_too_large', 'A body may have at most 64 MiB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
