import type { Context } from 'hono';
import { DomainError } from '../src/errors.js';
import { badRequest } from './request-error.js';

/** @throws DomainError `unsupported_media_type` unless the body of the request is JSON */
export function assertJsonType(c: Context): void {
  const type = c.req.header('content-type') ?? '';
  if (/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) return;
  throw new DomainError('unsupported_media_type', 'Send the body as application/json.');
}

/**
 * Parses the JSON of a request's body.
 * @param parse @throws SyntaxError
 * @throws RequestError `invalid_request`
 */
export function parseJsonBody(bytes: Uint8Array, parse: (text: string) => unknown): unknown {
  try {
    return parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw badRequest(['body'], 'is not valid JSON in UTF-8', 'json_invalid');
  }
}
