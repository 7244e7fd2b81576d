import { isJsonObject } from '../../engines/nbformat/json-object.js';
import { FieldError, type FieldFault } from '../../errors.js';

/**
 * Checks the parameters of a GraphQL request. The libraries of the transports do so too, but each in words of its own, and
 * only the first fault.
 * @throws FieldError `invalid_request` naming every parameter that is missing or has another type
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters
 */
export function checkParams({ query, operationName, variables, extensions }: Record<string, unknown>): void {
  const faults: FieldFault[] = [];
  const wrongType = (name: string, type: string) =>
    faults.push({ path: [name], message: `must be ${type}`, type: 'invalid_type' });
  if (query == null) faults.push({ path: ['query'], message: 'is required', type: 'missing' });
  else if (typeof query !== 'string') wrongType('query', 'a string');
  if (operationName != null && typeof operationName !== 'string') wrongType('operationName', 'a string');
  for (const [name, value] of Object.entries({ variables, extensions }))
    if (value != null && !isJsonObject(value)) wrongType(name, 'an object');
  const [first, ...more] = faults;
  if (first) throw new FieldError('invalid_request', [first, ...more]);
}
