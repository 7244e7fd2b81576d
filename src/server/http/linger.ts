import type { IncomingMessage, ServerResponse } from 'node:http';
import { ReadPace } from './read-pace.js';

const maxMs = 30_000;
const pace = new ReadPace();

/**
 * Reads and drops the rest of a request's body after the answer, for at most 30 s. If the connection were closed now,
 * a client that is still sending could receive a reset instead of the answer (a lingering close prevents that). A client that
 * asked for the end of the connection, or speaks HTTP/1.0, gets that end behind the answer, and may still send its body.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function linger(req: IncomingMessage, res: ServerResponse): void {
  // Comes before the listener of Node, which destroys the socket of such a client.
  res.prependOnceListener('finish', () => {
    if (req.readableEnded || req.destroyed) return;
    const { socket } = req;
    const timer = setTimeout(() => req.destroy(), maxMs).unref();
    socket.destroySoon = () => {
      socket.end();
      req.once('end', () => socket.destroy());
    };
    req.once('close', () => {
      clearTimeout(timer);
      pace.leave(req);
      // The connection may have further requests.
      Reflect.deleteProperty(socket, 'destroySoon');
    });
    req.on('data', (chunk: Buffer) => pace.count(req, chunk.length)).resume();
  });
}
