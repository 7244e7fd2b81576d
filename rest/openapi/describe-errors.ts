import { statusOf } from '../../src/error-status.js';
import type { ErrorCode } from '../../src/errors.js';
import { type RouteDescription, writesUntagged } from '../route-description.js';
import { meaningsOf } from './code-meanings.js';
import { headersOf } from './headers.js';
import type { JsonSchema } from './json-schema.js';

const requestIdHeader = { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } };

/** The codes of all errors that a route answers, by HTTP status. */
export function errorsByStatus(route: RouteDescription): Map<number, ErrorCode[]> {
  const codes = new Set<ErrorCode>([
    'unauthenticated',
    'insufficient_scope',
    'not_found',
    'internal',
    'storage_unavailable',
    'issuer_unavailable',
    'rate_limited',
    'head_too_large',
    ...route.errors,
  ]);
  const has = (...more: ErrorCode[]) => more.forEach((code) => void codes.add(code));
  // Whoever may see the space may list it: a list leaves out what the caller may not view.
  if (route.body || /:\w/.test(route.path)) has('forbidden');
  if (
    route.body ||
    route.takesBytes ||
    route.query ||
    ['stream', 'runStream', 'spaceStream'].includes(route.responds.kind)
  )
    has('invalid_request');
  if (route.body || route.takesBytes) has('unsupported_media_type');
  if (route.guards || writesUntagged(route)) has('precondition_failed');
  if (route.body || route.takesBytes || route.repeats)
    has('invalid_request', 'payload_too_large', 'request_timeout', 'overloaded');
  if (route.repeats) has('idempotency_key_reused', 'idempotency_in_progress');
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...codes].sort())
    byStatus.set(statusOf[code], [...(byStatus.get(statusOf[code]) ?? []), code]);
  return byStatus;
}

/**
 * The errors of a route by status, each with its codes and what they mean.
 * @param shared gets the responses, which many routes have in common
 */
export function describeErrors(
  route: RouteDescription,
  shared: Map<string, JsonSchema>,
): Record<string, JsonSchema> {
  return Object.fromEntries(
    [...errorsByStatus(route)].map(([status, codes]) => {
      const headers: Record<number, string[]> = {
        401: ['WWW-Authenticate'],
        409: ['Retry-After'],
        415: ['Accept-Encoding'],
        429: ['Retry-After'],
        503: ['Retry-After'],
      };
      const schema = {
        allOf: [{ $ref: '#/components/schemas/Error' }],
        properties: { code: { enum: codes } },
      };
      const response = {
        description: meaningsOf(codes),
        headers: {
          // Where the head cannot be read, the route is not known.
          ...(status === 431 ? requestIdHeader : headersOf(route, ...(headers[status] ?? []))),
          ...(status === 403 ? { 'WWW-Authenticate': { $ref: '#/components/headers/ScopeChallenge' } } : {}),
        },
        content: { 'application/json': { schema } },
      };
      return [status, { $ref: `#/components/responses/${nameOf(`Error${status}`, response, shared)}` }];
    }),
  );
}

/** The name under which a response is shared: the first that is free or has the same. */
function nameOf(name: string, response: JsonSchema, shared: Map<string, JsonSchema>): string {
  const text = JSON.stringify(response);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}_${number}`;
    const found = shared.get(candidate);
    if (found && JSON.stringify(found) !== text) continue;
    shared.set(candidate, response);
    return candidate;
  }
}
