import { CloseCode } from 'graphql-ws';
import type { ErrorCode } from '../../../errors.js';
import { refusalOf } from '../../../refusal.js';

/** How a socket is closed. */
export interface SocketClose {
  /** Of the WebSocket protocol, or of `graphql-transport-ws`. */
  code: number;
  /** At most 123 bytes. */
  reason: string;
}

/** Try again later: clients connect again after a pause. */
const tryAgainLater = 1013;
const maxReasonBytes = 123;

const codes: Partial<Record<ErrorCode, number>> = {
  unauthenticated: CloseCode.Unauthorized,
  forbidden: CloseCode.Forbidden,
  invalid_request: CloseCode.BadRequest,
  payload_too_large: CloseCode.BadRequest,
  rate_limited: tryAgainLater,
  overloaded: tryAgainLater,
  storage_unavailable: tryAgainLater,
  issuer_unavailable: tryAgainLater,
};

/**
 * How a socket is closed for an error.
 * @see https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export function closeOf(error: unknown): SocketClose {
  const { code, message } = refusalOf(error);
  return { code: codes[code] ?? CloseCode.InternalServerError, reason: shortened(message) };
}

function shortened(message: string): string {
  const bytes = Buffer.from(message);
  return bytes.length <= maxReasonBytes ? message : `${bytes.subarray(0, maxReasonBytes - 6).toString()}…`;
}
