import type { z } from 'zod';
import { DomainError, type FieldFault } from '../../src/errors.js';

/** Where in the request a value stands; the first part of a fault's `loc`. */
export type Place = 'body' | 'query' | 'path';

/**
 * Checks a part of a request.
 * @throws DomainError `invalid_request` with one fault a field, at most 20
 */
export function parse<T>(schema: z.ZodType<T>, value: unknown, place: Place): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields: FieldFault[] = [];
  for (const issue of result.error.issues) {
    const at = [place, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys)
        fields.push({ loc: [...at, key], msg: 'is not a known field', type: 'unknown_field' });
    } else {
      fields.push({ loc: at, msg: issue.message, type: issue.code });
    }
  }
  const first = fields[0]!;
  throw new DomainError('invalid_request', `${first.loc.slice(1).join('.') || place}: ${first.msg}`, {
    fields: fields.slice(0, 20),
  });
}
