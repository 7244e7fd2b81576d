import type { z } from 'zod';
import { RequestError, type RequestFault } from '../request-error.js';
import { describeIssue } from './describe-issue.js';

/** More faults are not reported, so that an answer stays short. A client that corrects these gets the next ones. */
const maxFaults = 20;

/**
 * Checks the JSON types of a part of a request and whether it has unknown fields. What a value may be is checked by the
 * command, so that GraphQL and REST answer a fault with the same code.
 * @throws RequestError `invalid_request` with one fault a field, at most 20
 */
export function parsePayload<T>(schema: z.ZodType<T>, value: unknown, part: 'body' | 'query'): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => faultsOf(issue, value, part));
  const [first, ...more] = faults.slice(0, maxFaults);
  throw new RequestError('invalid_request', [first!, ...more]);
}

function faultsOf(issue: z.core.$ZodIssue, value: unknown, part: 'body' | 'query'): RequestFault[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      loc: [part, ...path, key],
      msg: 'is not a known field',
      type: 'unknown_field',
    }));
  }
  const isMissing = path.length > 0 && valueAt(value, path) === undefined;
  const fault = isMissing ? { msg: 'is required', type: 'missing' } : describeIssue(issue);
  return [{ loc: [part, ...path], ...fault }];
}

function valueAt(value: unknown, path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<string | number, unknown> | null)?.[key],
    value,
  );
}
