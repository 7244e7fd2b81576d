import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorAnswer } from '../../../rest/error-response.js';
import { DomainError } from '../../errors.js';

/** A client that still sends could lose the answer if the connection were closed immediately. */
const lingerMs = 1_000;

const answered = new WeakSet<Duplex>();

/**
 * Answers a request that Node's parser refuses before there is a request object: a head over 16 KiB, one that arrives too
 * slowly, or bytes that are no HTTP. Then it closes the connection.
 * @see https://nodejs.org/docs/latest-v20.x/api/http.html#event-clienterror
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  // The parser reports also what comes after the first error.
  if (answered.has(socket)) return;
  answered.add(socket);
  if (error.code === 'ECONNRESET' || !socket.writable || hasBegunAnswer(socket)) {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  const { status, headers, body } = errorAnswer(errorOf(error.code), requestId);
  const fields = Object.entries({
    ...headers,
    'x-request-id': requestId,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join('')}\r\n${body}`);
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

/** Bytes in the middle of the answer to an earlier request would be read as a part of it. */
function hasBegunAnswer(socket: Duplex): boolean {
  const { _httpMessage: answer } = socket as { _httpMessage?: { headersSent?: boolean } | null };
  return answer?.headersSent === true;
}

function errorOf(code: string | undefined): DomainError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new DomainError(
      'head_too_large',
      'The request line and the headers may have at most 16 KiB together; send less in them.',
    );
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new DomainError('request_timeout', 'The request arrives too slowly; send it again.');
  return new DomainError(
    'invalid_request',
    'The request is not valid HTTP/1.1; correct it and send it again.',
  );
}
