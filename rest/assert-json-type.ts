import type { Context } from 'hono';
import { DomainError } from '../src/errors.js';

/** Refuses a body of another type than JSON. @throws DomainError `unsupported_media_type` */
export function assertJsonType(c: Context): void {
  const type = c.req.header('content-type') ?? '';
  if (/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) return;
  throw new DomainError('unsupported_media_type', 'Send the body as application/json.');
}
