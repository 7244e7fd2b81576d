import { statusOf } from '../../src/error-status.js';
import type { ErrorCode } from '../../src/errors.js';
import { takesIdempotencyKey } from '../idempotency.js';
import type { RouteDescription } from '../route.js';
import { type JsonSchema, objectOf, orNull } from './json-schema.js';
import { headersOf } from './success.js';

const text = { type: 'string' };

/** The body of every error, but for its codes. */
export const errorSchema: JsonSchema = {
  description: 'An error.',
  type: 'object',
  properties: {
    detail: { ...text, description: 'One sentence that says what to do.' },
    code: { ...text, description: 'From a closed list; does not change.' },
    request_id: { ...text, description: 'Quote it when you report the error.' },
    errors: {
      type: 'array',
      description: 'The faults of single fields.',
      items: objectOf({
        loc: { type: 'array', items: { type: ['string', 'integer'] }, description: 'The way to the field.' },
        msg: text,
        type: text,
      }),
    },
    path: { ...text, description: 'Of `base_sha_conflict`: the file.' },
    branch: { ...text, description: 'Of `base_sha_conflict`: the branch.' },
    base_sha: { ...text, description: 'Of `base_sha_conflict`: the sha that was sent.' },
    current_sha: { ...orNull(text), description: 'Of `base_sha_conflict`: the sha that is there now.' },
  },
  required: ['detail', 'code', 'request_id'],
};

const meanings: Record<number, string> = {
  400: 'Something in the request is wrong.',
  401: 'There is no token, or it is not valid.',
  403: 'You may not do this.',
  404: 'It was not found in this space.',
  409: 'The state of things is in the way.',
  413: 'The body is over 64 MiB, or the repository too large to go through in time.',
  415: 'The body is not JSON.',
  500: 'Something went wrong here.',
  503: 'Something that this needs is not available.',
};

/**
 * The errors of a route by status, each with its codes.
 * @param shared takes the responses, which many routes have in common
 */
export function describeErrors(
  route: RouteDescription,
  shared: Map<string, JsonSchema>,
): Record<string, JsonSchema> {
  const codes = new Set<ErrorCode>([
    'unauthenticated',
    'insufficient_scope',
    'not_found',
    'internal',
    'storage_unavailable',
    ...route.errors,
  ]);
  const has = (...more: ErrorCode[]) => more.forEach((code) => void codes.add(code));
  // Who may see the space may list it: what the caller may not view is left out.
  if (route.body || /:\w/.test(route.path)) has('forbidden');
  if (route.body || route.query || route.responds.kind === 'stream') has('invalid_request');
  if (route.body) has('payload_too_large', 'unsupported_media_type');
  if (takesIdempotencyKey(route))
    has('invalid_request', 'payload_too_large', 'idempotency_key_reused', 'idempotency_in_progress');
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) byStatus.set(statusOf[code], [...(byStatus.get(statusOf[code]) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => {
      const more = { 401: ['WWW-Authenticate'], 409: ['Retry-After'], 503: ['Retry-After'] }[status as 401];
      const schema = {
        allOf: [{ $ref: '#/components/schemas/Error' }],
        properties: { code: { enum: list.toSorted() } },
      };
      const response = {
        description: meanings[status],
        headers: headersOf(route, ...(more ?? [])),
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
