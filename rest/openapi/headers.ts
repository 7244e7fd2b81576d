import { isDeprecated } from '../deprecation.js';
import type { RouteDescription } from '../route-description.js';
import type { JsonSchema } from './json-schema.js';

/** The headers of answers; each answer has `X-Request-Id`. */
export const sharedHeaders: Record<string, JsonSchema> = {
  'X-Request-Id': {
    required: true,
    description: 'The id of the request: your own `X-Request-Id` if it is well formed, else a new one.',
    schema: { type: 'string', minLength: 1, maxLength: 128 },
  },
  'X-Execution-Id': { required: true, description: 'The id of the run.', schema: { type: 'string' } },
  ETag: {
    required: true,
    description:
      'The blob sha in quotes. Where the file had the same blob in an earlier commit, a dot and a digest follow it.',
    schema: { type: 'string', pattern: '^"[0-9a-f]{40}(\\.[0-9a-f]{12})?"$' },
  },
  StateTag: {
    required: true,
    description: 'A digest of the answer in quotes, which changes with it.',
    schema: { type: 'string', pattern: '^"[0-9a-f]{40}"$' },
  },
  'Content-Range': {
    required: true,
    description: 'The first and the last byte of the range, and the size of the whole file.',
    schema: { type: 'string', pattern: '^bytes \\d+-\\d+/\\d+$' },
  },
  'Accept-Ranges': {
    required: true,
    description: 'One range of bytes can be asked for.',
    schema: { const: 'bytes' },
  },
  'Content-Disposition': {
    required: true,
    description: 'It is a download; the name is that of the file.',
    schema: { type: 'string', pattern: '^attachment; ' },
  },
  'X-Content-Type-Options': {
    required: true,
    description: 'A browser must not guess another type.',
    schema: { const: 'nosniff' },
  },
  Deprecation: {
    required: true,
    description: 'The time since which this path is deprecated (RFC 9745).',
    schema: { type: 'string', pattern: '^@\\d+$' },
  },
  Link: {
    description: 'The same path of a workspace over the repository, where you can view one.',
    schema: { type: 'string', pattern: '^<.+>; rel="successor-version"$' },
  },
  'WWW-Authenticate': {
    required: true,
    description:
      'How to authenticate; with an error where a JWT of the issuer is not valid (RFC 6750, section 3.1).',
    schema: { enum: ['Bearer', 'Bearer error="invalid_token"'] },
  },
  ScopeChallenge: {
    description: 'With `insufficient_scope`: the scope that the token lacks (RFC 6750).',
    schema: { type: 'string', pattern: '^Bearer error="insufficient_scope", scope="\\w+"$' },
  },
  'Accept-Encoding': {
    description: 'After a `Content-Encoding` that is not accepted: what is.',
    schema: { const: 'identity' },
  },
  'RateLimit-Policy': {
    description:
      'How many requests a token may send in how many seconds, unless there is no limit. With a 429 for requests without a ' +
      'valid token it is `failures`: how many of them an address may send.',
    schema: { type: 'string', pattern: '^"(requests|failures)";q=\\d+;w=\\d+$' },
  },
  RateLimit: {
    description: 'How many requests of the policy are left, and the seconds until all are available again.',
    schema: { type: 'string', pattern: '^"(requests|failures)";r=\\d+;t=\\d+$' },
  },
  'Retry-After': {
    description: 'Seconds after which to try again.',
    schema: { type: 'string', pattern: '^\\d+$' },
  },
};

/** References to {@link sharedHeaders}: those that every answer of the route has, and more. */
export function headersOf(route: RouteDescription, ...more: string[]): JsonSchema {
  const names = [
    'X-Request-Id',
    'RateLimit-Policy',
    'RateLimit',
    ...(isDeprecated(route) ? ['Deprecation'] : []),
    ...more,
  ];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
