import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { RestAnswer } from './gateway.js';
import { operationsOf, type RestOperation } from './rest-operations.js';

/** An error that the description has for a route, e.g. `GET /workspaces 404 not_found`. */
export interface DocumentedError {
  operation: RestOperation;
  status: number;
  code: string;
}

const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));

/** Every error that the description has for the operations, each code by itself. */
export function documentedErrors(operations: RestOperation[] = operationsOf(document)): DocumentedError[] {
  return operations.flatMap((operation) =>
    Object.entries<any>(operation.described.responses)
      .filter(([status]) => Number(status) >= 400)
      .flatMap(([status, { $ref }]) => {
        const { schema } = document.components.responses[$ref.split('/').at(-1)].content['application/json'];
        const codes: string[] = schema.properties.code.enum;
        return codes.map((code) => ({ operation, status: Number(status), code }));
      }),
  );
}

/** The errors that every route can answer for the same causes; `statuses-everywhere.test.ts` tests them. */
export const commonCodes = new Set([
  'unauthenticated',
  'insufficient_scope',
  'forbidden',
  'not_found',
  'invalid_request',
  'precondition_failed',
  'payload_too_large',
  'unsupported_media_type',
  'idempotency_key_reused',
  'idempotency_in_progress',
  'storage_unavailable',
  'issuer_unavailable',
  'rate_limited',
  'request_timeout',
  'head_too_large',
  'overloaded',
  'internal',
]);

/** The beginnings of the paths whose further errors `statuses-NAME.test.ts` tests. */
export const statusFiles = {
  files: ['/workspaces', '/repositories', '/documents'],
  runtime: [
    ...[
      '/kernel-profiles',
      '/worker-resource-classes',
      '/workers',
      '/sessions',
      '/runs',
      '/schedules',
      '/events',
    ],
  ],
};

/** A request that is answered with an error: its route, the code, and the field that the answer names. */
export type StatusRow = readonly [
  route: string,
  code: string,
  send: () => Promise<RestAnswer>,
  field?: (string | number)[],
];

/**
 * Drives each row and holds its answer against the description; then every error but the common ones that the routes of
 * {@link statusFiles} document must have been driven.
 */
export function itAnswersEachError(file: keyof typeof statusFiles, rows: StatusRow[]): void {
  const operations = operationsOf(document).filter(({ path }) =>
    statusFiles[file].some((prefix) => path.startsWith(prefix)),
  );
  const all = documentedErrors(operations);
  const documented = all.filter(({ code }) => !commonCodes.has(code));

  for (const [route, code, send, field] of rows) {
    it(`${route} answers ${code}`, async () => {
      const described = all.find((one) => one.operation.name === route && one.code === code);
      expect(described, 'it is documented').toBeDefined();
      expectError(await send(), described!.status, code, field);
    });
  }

  it('each error that is documented was driven', () => {
    // A row may also drive a common error that the route has for a cause of its own.
    const driven = rows
      .filter(([, code]) => !commonCodes.has(code))
      .map(([route, code]) => `${route} ${code}`);
    const names = documented.map(({ operation, code }) => `${operation.name} ${code}`);
    expect([...new Set(driven)].sort()).toEqual(names.sort());
  });
}

/** Fails unless the answer is the error, names the field and has the headers of its status. */
export function expectError(
  answer: RestAnswer,
  status: number,
  code: string,
  field?: (string | number)[],
): void {
  const { body, headers } = answer;
  expect([answer.status, body.code], JSON.stringify(body)).toEqual([status, code]);
  expect(body.request_id).toBe(headers.get('x-request-id'));
  if (field) expect(body.errors?.map(({ loc }: { loc: unknown }) => loc)).toContainEqual(field);
  if (status === 401) expect(headers.get('www-authenticate')).toBe('Bearer');
  const passes = [
    'storage_unavailable',
    'issuer_unavailable',
    'session_starting',
    'idempotency_in_progress',
    'rate_limited',
    'overloaded',
  ].includes(code);
  if (passes) expect(headers.get('retry-after')).toMatch(/^\d+$/);
}
