import { errorCodes } from '../../src/errors.js';
import type { JsonSchema } from './json-schema.js';

/** The closed list of error codes, as a schema. */
export const errorCode: JsonSchema = {
  type: 'string',
  enum: [...errorCodes].sort(),
  description: 'From the closed list of error codes.',
};

/** The members of an error that ends a stream, without `retryable`: what can be tried again differs. */
export const streamErrorMembers: Record<string, JsonSchema> = {
  detail: { type: 'string', description: 'One sentence for people; it contains no secrets.' },
  status_code: { type: 'integer', description: 'The HTTP status that fits the code, e.g. 503.' },
  code: errorCode,
};
