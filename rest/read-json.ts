import type { Context } from 'hono';
import { DomainError } from '../src/errors.js';
import { badRequest } from './request-error.js';

/**
 * Reads the JSON of a request's body.
 * @param parse @throws SyntaxError
 * @param isOptional whether no body at all counts as `{}`
 * @throws DomainError `unsupported_media_type`, `invalid_request`, `payload_too_large`
 */
export async function readJson(
  c: Context,
  parse: (text: string) => unknown,
  isOptional = false,
): Promise<unknown> {
  const type = c.req.header('content-type');
  if (isOptional && type === undefined && (await c.req.arrayBuffer()).byteLength === 0) return {};
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type ?? '')) {
    throw new DomainError('unsupported_media_type', 'Send the body as application/json.');
  }
  try {
    return parse(new TextDecoder('utf-8', { fatal: true }).decode(await c.req.arrayBuffer()));
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw badRequest(['body'], 'is not valid JSON in UTF-8', 'json_invalid');
  }
}
