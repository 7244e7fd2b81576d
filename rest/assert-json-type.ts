import type { Context } from 'hono';
import { DomainError } from '../src/errors.js';

/** @throws DomainError `unsupported_media_type` unless the body of the request is JSON */
export function assertJsonType(c: Context): void {
  const type = c.req.header('content-type') ?? '';
  if (/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) return;
  throw new DomainError('unsupported_media_type', 'Send the body as application/json.');
}
