import type { IncomingMessage, ServerResponse } from 'node:http';

const longestMs = 30_000;

/**
 * Reads on what a client still sends after it was answered, 30 s at the most: were the connection cut at once, the reset
 * could overtake the answer, and a client whose body is refused would learn nothing.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function linger(req: IncomingMessage, res: ServerResponse): void {
  res.once('finish', () => {
    if (req.readableEnded || req.destroyed) return;
    const timer = setTimeout(() => req.destroy(), longestMs).unref();
    req.once('close', () => clearTimeout(timer));
    req.resume();
  });
}
