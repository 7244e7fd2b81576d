import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { refusalOf } from '../../refusal.js';

/** A client that does not read its answer must not keep the connection. */
const lingerMs = 1_000;

/**
 * Answers a request for a WebSocket with an error in the form of GraphQL, and closes the connection.
 * @returns the status
 */
export function refuseUpgrade(socket: Duplex, error: unknown, requestId: string): number {
  const { status, code, message, headers, extra } = refusalOf(error);
  const body = JSON.stringify({ errors: [{ message, extensions: { code, requestId, ...extra } }] });
  const fields = Object.entries({
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-request-id': requestId,
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join('')}\r\n${body}`);
  setTimeout(() => socket.destroy(), lingerMs).unref();
  return status;
}
