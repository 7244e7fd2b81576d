import type { IncomingMessage } from 'node:http';
import { parseRequestJson } from '../../engines/nbformat/json.js';
import { isJsonObject } from '../../engines/nbformat/json-object.js';
import { DomainError } from '../../errors.js';
import { readBody } from './read-body.js';

/**
 * Reads the parameters of a GraphQL request from its JSON body. Numbers keep their tokens, e.g. `1.0`.
 * @throws DomainError `payload_too_large`, `invalid_request`
 */
export async function readParams(req: IncomingMessage): Promise<Record<string, unknown>> {
  const bytes = await readBody(req);
  try {
    const params = parseRequestJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isJsonObject(params)) return params;
  } catch {
    // Reported below.
  }
  throw new DomainError('invalid_request', 'The body is not a JSON object in UTF-8.');
}
