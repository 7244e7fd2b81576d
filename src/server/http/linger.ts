import type { IncomingMessage, ServerResponse } from 'node:http';

const maxMs = 30_000;

/**
 * Reads and drops the rest of a request's body after the answer, for at most 30 s. If the connection were closed now,
 * a client that is still sending could receive a reset instead of the answer (a lingering close prevents that).
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function linger(req: IncomingMessage, res: ServerResponse): void {
  res.once('finish', () => {
    if (req.readableEnded || req.destroyed) return;
    const timer = setTimeout(() => req.destroy(), maxMs).unref();
    req.once('close', () => clearTimeout(timer));
    req.resume();
  });
}
