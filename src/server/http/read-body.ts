import type { IncomingMessage } from 'node:http';
import { boundedBody } from '../../validation/bounded-body.js';

const maxBytes = 64 * 1024 * 1024;

/**
 * Reads a request's body.
 * @throws DomainError `payload_too_large`
 */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  // Leaving the loop must not destroy the request: that would cut the connection before the answer.
  const body = req.iterator({ destroyOnReturn: false });
  const chunks: Buffer[] = [];
  for await (const chunk of boundedBody(body, maxBytes, 'A body may have at most 64 MiB.'))
    chunks.push(chunk);
  return Buffer.concat(chunks);
}
