import { DomainError } from '../errors.js';

/**
 * Passes on the chunks of a body up to a limit.
 * @param maxBytes the maximum size of the body
 * @param message what the sender of a larger body reads
 * @throws DomainError `payload_too_large`
 * @example for await (const chunk of boundedBody(req, 1024, 'A body may have at most 1 KiB.')) chunks.push(chunk);
 */
export async function* boundedBody(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
  message: string,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new DomainError('payload_too_large', message);
    yield chunk;
  }
}
