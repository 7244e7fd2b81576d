import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TokenScope } from '../../prisma/generated/client/client.js';
import { IdempotencyStore } from '../../src/idempotency/idempotency-store.js';
import { openBreakableDatabase } from '../support/breakable-database.js';
import {
  commonCodes,
  type DocumentedError,
  documentedErrors,
  expectError,
  statusFiles,
} from '../support/documented-errors.js';
import { type FilledSpace, makeFilledSpace } from '../support/factories/make-filled-space.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type RestAnswer, type RestOptions, type TestGateway } from '../support/gateway.js';
import {
  filled,
  neededQuery,
  operationsOf,
  type RestOperation,
  validBodies,
} from '../support/rest-operations.js';

const operations = operationsOf(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
const documented = documentedErrors();
const routesWith = (code: string) =>
  documented.filter((one) => one.code === code).map(({ operation }) => operation.name);
const operationNamed = (name: string) => operations.find((one) => one.name === name)!;

let at: TestGateway;
let here: FilledSpace;
let elsewhere: FilledSpace;
/** An editor of the space `here` who may not view its one workspace. */
let outsider: { id: string; token: string };
/** An admin of the space `here`, in no other. */
let insider: { id: string; token: string };
beforeAll(async () => {
  at = await openTestGateway();
  here = await makeFilledSpace(at);
  elsewhere = await makeFilledSpace(at);
  outsider = await member('editor');
  insider = await member('admin');
});
afterAll(() => at.close());

const member = (role: 'admin' | 'editor', scopes?: TokenScope[]) =>
  makeUser(at, { role, scopes, space: here.slug });

/** Sends what the route takes, to the things of the space `here`, but for what is given. */
function call(
  operation: RestOperation,
  options: RestOptions & { params?: Record<string, string>; query?: string; gateway?: TestGateway } = {},
): Promise<RestAnswer> {
  const { name, method, path } = operation;
  const { params, query = `?${neededQuery(operation)}`, gateway = at, ...more } = options;
  const to = filled(path, { ...here.ids, ...params }) + query;
  return gateway.rest(method, to, { space: here.slug, body: validBodies(here.ids)[name], ...more });
}

/** An answer without what differs from one to the next. */
const plain = ({ status, body }: RestAnswer) => ({ status, body: { ...body, request_id: '' } });

it('this file tests every common error code, and every route with further codes has a test file', () => {
  const text = readFileSync('test/api/statuses-everywhere.test.ts', 'utf8');
  // Nothing that a client sends is answered with `internal`: what would be is a fault to mend.
  for (const code of commonCodes) if (code !== 'internal') expect(text).toContain(`routesWith('${code}')`);
  for (const name of Object.keys(statusFiles)) {
    expect(readFileSync(`test/api/statuses-${name}.test.ts`, 'utf8')).toContain(
      `itAnswersEachError('${name}'`,
    );
  }
  const covered = Object.values(statusFiles).flat();
  const others = operations.filter(({ path }) => !covered.some((prefix) => path.startsWith(prefix)));
  expect(others).toEqual([]);
});

it.each(routesWith('unauthenticated'))('%s answers 401 without a valid token', async (name) => {
  for (const token of [null, 'unknown', 'x'.repeat(600)])
    expectError(await call(operationNamed(name), { token }), 401, 'unauthenticated');
});

describe('a token without the needed scope', () => {
  const needed = ({ method, path }: RestOperation) =>
    method === 'GET'
      ? 'read'
      : /^\/(workers|sessions|runs\/)(?!.*\/commit$)/.test(path)
        ? 'execute'
        : 'write';
  const tokens = new Map<string, string>();
  beforeAll(async () => {
    const all = ['read', 'write', 'execute', 'admin'] as const;
    for (const lacking of ['read', 'write', 'execute']) {
      const { token } = await member(
        'admin',
        all.filter((scope) => scope !== lacking),
      );
      tokens.set(lacking, token);
    }
  });
  it.each(routesWith('insufficient_scope'))('%s answers 403', async (name) => {
    const operation = operationNamed(name);
    const answer = await call(operation, { token: tokens.get(needed(operation))! });
    expectError(answer, 403, 'insufficient_scope');
  });
});

it.each(routesWith('forbidden'))(
  '%s answers 403 when the caller may not view the workspace',
  async (name) => {
    expectError(await call(operationNamed(name), { token: outsider.token }), 403, 'forbidden');
  },
);

describe.each(routesWith('not_found'))('%s', (name) => {
  const operation = operationNamed(name);

  it('gives the same answer for an unknown space and for one that the caller is not a member of', async () => {
    const unknown = await call(operation, { token: insider.token, space: 'unknown' });
    expectError(unknown, 404, 'not_found');
    const foreign = await call(operation, {
      token: insider.token,
      space: elsewhere.slug,
      params: elsewhere.ids,
    });
    expect(plain(foreign)).toEqual(plain(unknown));
  });

  if (operation.params.length === 0) return;
  it('gives the same answer for unknown ids, ids of another space and malformed ids', async () => {
    for (const param of operation.params.filter((one) => one !== 'name')) {
      const unknown = await call(operation, { token: insider.token, params: { [param]: randomUUID() } });
      expectError(unknown, 404, 'not_found');
      for (const id of [
        elsewhere.ids[param as 'link_id'],
        'no-uuid',
        '\u0000',
        '%',
        '..%2f',
        'x'.repeat(2000),
      ]) {
        const answer = await call(operation, { token: insider.token, params: { [param]: id } });
        expect(plain(answer), `${param} ${id}`).toEqual(plain(unknown));
      }
    }
  });
});

it.each(['POST /workers', 'POST /sessions'])(
  '%s answers 404 for a workspace of another space',
  async (name) => {
    for (const workspace_id of [randomUUID(), elsewhere.ids.workspace_id, 'no-uuid']) {
      const answer = await call(operationNamed(name), { token: insider.token, body: { workspace_id } });
      expectError(answer, 404, 'not_found');
    }
  },
);

it.each(routesWith('invalid_request'))('%s answers 400 and names the wrong field', async (name) => {
  const operation = operationNamed(name);
  const { requestBody, parameters } = operation.described;
  const takesJson = requestBody?.content['application/json'] !== undefined;
  const named = (where: string) => parameters.some((one: { name?: string; in?: string }) => one.in === where);
  if (takesJson) {
    const body = { ...validBodies(here.ids)[name], nothing: 1 };
    expectError(await call(operation, { body }), 400, 'invalid_request', ['body', 'nothing']);
    expectError(await call(operation, { raw: '{' }), 400, 'invalid_request', ['body']);
  }
  if (named('query')) {
    const isSpaceStream = name === 'GET /events';
    const hasPages = parameters.some((one: { name?: string }) => one.name === 'page');
    const ofOthers = isSpaceStream
      ? ['after', '?after=x']
      : hasPages
        ? ['page', '?page=0']
        : ['format', '?format=x'];
    const required = parameters.find(
      (one: { in?: string; required?: boolean }) => one.in === 'query' && one.required,
    );
    const [field, query] = required ? [required.name, '?ref=main'] : ofOthers;
    expectError(await call(operation, { query }), 400, 'invalid_request', ['query', field!]);
  }
  const headers: string[] = parameters.map(({ $ref }: { $ref?: string }) => $ref?.split('/').at(-1));
  for (const header of ['Idempotency-Key', 'Last-Event-ID'].filter((one) => headers.includes(one))) {
    const answer = await call(operation, { headers: { [header]: 'a b' } });
    const named = header === 'Last-Event-ID' ? 'last-event-id' : header;
    expectError(answer, 400, 'invalid_request', ['header', named]);
  }
});

describe('a write of what has no ETag', () => {
  const hasTag = (name: string) =>
    operationNamed(name).described.parameters.some(({ $ref }: { $ref?: string }) =>
      /\/If-Match/.test($ref ?? ''),
    );
  const names = routesWith('precondition_failed').filter((name) => !hasTag(name));

  it('is every route that writes and does not take If-Match', () => {
    const writes = operations.filter(({ method }) => method !== 'GET').map(({ name }) => name);
    expect(names).toEqual(writes.filter((name) => !hasTag(name)));
  });
  it.each(names)('%s answers 412 to a tag in If-Match, and goes on with *', async (name) => {
    const operation = operationNamed(name);
    for (const tag of ['"stale"', 'W/"stale"', '"a", "b"', 'stale', '""']) {
      const answer = await call(operation, { headers: { 'if-match': tag } });
      expectError(answer, 412, 'precondition_failed');
    }
    const passed = await call(operation, { space: 'unknown', headers: { 'if-match': '*' } });
    expectError(passed, 404, 'not_found');
  });
  it.each(names.filter((name) => /^(PATCH|DELETE) /.test(name)))(
    '%s answers 412 to If-None-Match: *',
    async (name) => {
      const answer = await call(operationNamed(name), { headers: { 'if-none-match': '*' } });
      expectError(answer, 412, 'precondition_failed');
    },
  );
});

it.each(routesWith('payload_too_large').filter((name) => !name.startsWith('GET ')))(
  '%s answers 413 to a body over 64 MiB',
  async (name) => {
    const { method, path } = operationNamed(name);
    const { status, body } = await announce(method, filled(path, here.ids), 64 * 1024 * 1024 + 1);
    expect([status, body.code]).toEqual([413, 'payload_too_large']);
  },
);

describe('a body beyond what the gateway holds', () => {
  const withBody = (operation: RestOperation): RestOptions => ({
    ...(validBodies(here.ids)[operation.name] ? {} : { raw: '{}' }),
    headers: operation.described.requestBody ? {} : { 'idempotency-key': randomUUID() },
  });
  it.each([
    ['rate_limited', 429, { perUser: 0 }],
    ['overloaded', 503, { total: 0 }],
  ] as const)('is answered %s everywhere', { timeout: 60_000 }, async (code, status, bodyLimits) => {
    const gateway = await openTestGateway({ bodyLimits });
    try {
      // Without the space of this file: a body is read before the space is looked for.
      // Those that only read have limits of their own.
      const names = routesWith('overloaded').filter((name) => !name.startsWith('GET '));
      expect(routesWith('rate_limited')).toEqual(expect.arrayContaining(names));
      for (const name of names) {
        const operation = operationNamed(name);
        expectError(
          await call(operation, { gateway, ...withBody(operation), token: null }),
          401,
          'unauthenticated',
        );
        expectError(
          await call(operation, { gateway, ...withBody(operation), token: gateway.token }),
          status,
          code,
        );
      }
    } finally {
      await gateway.close();
    }
  });
  it('that does not arrive is answered request_timeout everywhere', { timeout: 60_000 }, async () => {
    const gateway = await openTestGateway({ bodyLimits: { graceMs: 50 } });
    try {
      const answers = routesWith('request_timeout').map((name) => {
        const { method, path } = operationNamed(name);
        return announce(method, filled(path, here.ids), 100, gateway);
      });
      for (const { status, body } of await Promise.all(answers))
        expect([status, body.code]).toEqual([400, 'request_timeout']);
    } finally {
      await gateway.close();
    }
  });
});

it('a head over 16 KiB is answered head_too_large everywhere', { timeout: 60_000 }, async () => {
  const names = routesWith('head_too_large');
  expect(names).toEqual(routesWith('unauthenticated'));
  for (const name of names) {
    const headers = { 'x-large': 'x'.repeat(20_000) };
    expectError(await call(operationNamed(name), { headers }), 431, 'head_too_large');
  }
});

/** Sends the head of a request whose body is that long, and nothing of the body. */
function announce(
  method: string,
  path: string,
  length: number,
  to: TestGateway = at,
): Promise<{ status?: number; body: any }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${to.url}/api/v1.0/engagement/spaces/${here.slug}/notebooks${path}`, {
      method,
      headers: {
        authorization: `Bearer ${to.token}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        'content-length': String(length),
      },
    });
    sent.on('error', reject);
    sent.on('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      sent.destroy();
      resolve({ status: response.statusCode, body: JSON.parse(text) });
    });
    sent.flushHeaders();
  });
}

it('over the limit of a token every route answers 429', { timeout: 60_000 }, async () => {
  const gateway = await openTestGateway({ env: { RATE_LIMIT_REQUESTS: '1' } });
  try {
    await gateway.rest('GET', '/workspaces');
    const names = routesWith('rate_limited');
    expect(names).toHaveLength(operations.length);
    for (const name of names)
      expectError(await call(operationNamed(name), { gateway, token: gateway.token }), 429, 'rate_limited');
  } finally {
    await gateway.close();
  }
});

it.each(routesWith('unsupported_media_type'))(
  '%s answers 415 to a body of another media type',
  async (name) => {
    const operation = operationNamed(name);
    const takesJson = operation.described.requestBody.content['application/json'] !== undefined;
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', ''];
    // A body of bytes has any type, but no encoding.
    const headers = takesJson
      ? types.map((type) => ({ 'content-type': type }))
      : [{ 'content-encoding': 'gzip' }];
    for (const one of headers) {
      const answer = await call(operation, { headers: one });
      expectError(answer, 415, 'unsupported_media_type');
    }
  },
);

describe('an Idempotency-Key that another gateway is using on the same database', () => {
  async function begun(operation: RestOperation) {
    const key = randomUUID();
    const { prisma } = at.gateway.services;
    const owner = await prisma.user.findFirstOrThrow({ where: { isPlatformAdmin: true } });
    const actor = { userId: owner.id, scopes: new Set(['read', 'write', 'execute', 'admin']) };
    const sent = JSON.stringify(validBodies(here.ids)[operation.name]) ?? '';
    await new IdempotencyStore({ prisma }).begin({ actor } as never, {
      key,
      method: operation.method,
      path: `/api/v1.0/engagement/spaces/${here.slug}/notebooks${filled(operation.path, here.ids)}`,
      body: new TextEncoder().encode(sent),
      operation: 'createWorkspace',
      names: { spaceSlug: here.slug },
    });
    return { 'idempotency-key': key };
  }
  it.each(routesWith('idempotency_in_progress'))('%s answers 409 with the same body', async (name) => {
    const operation = operationNamed(name);
    const answer = await call(operation, { headers: await begun(operation) });
    expectError(answer, 409, 'idempotency_in_progress');
  });
  it.each(routesWith('idempotency_key_reused'))('%s answers 409 with another body', async (name) => {
    const operation = operationNamed(name);
    const answer = await call(operation, { raw: '{"other":1}', headers: await begun(operation) });
    expectError(answer, 409, 'idempotency_key_reused');
  });
});

it.each([...new Set(operations.map(({ path }) => path))])(
  '%s answers 405 to other methods and names its own in Allow',
  async (path) => {
    const allowed = operations.filter((one) => one.path === path).map(({ method }) => method);
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !allowed.includes(one))) {
      const answer = await at.rest(method, filled(path, here.ids), { space: here.slug });
      expectError(answer, 405, 'method_not_allowed');
      expect(answer.headers.get('allow')!.split(', ').sort()).toEqual(allowed.toSorted());
    }
  },
);

describe('while the storage is unavailable', () => {
  const readGit = /^\/(?!workers\/).*\/(files?|authoring-files?|rename)$/;

  it.each(operations.filter(({ path }) => readGit.test(path)).map(({ name }) => name))(
    '%s answers 503 when the branch is damaged',
    async (name) => {
      const { repository_id } = elsewhere.ids;
      const branch = join(at.dataDir, 'repositories', `${repository_id}.git`, 'refs/heads/main');
      const tip = await readFile(branch);
      await writeFile(branch, 'damaged');
      try {
        const answer = await call(operationNamed(name), { space: elsewhere.slug, params: elsewhere.ids });
        expectError(answer, 503, 'storage_unavailable');
      } finally {
        await writeFile(branch, tip);
      }
    },
  );

  let broken: TestGateway;
  beforeAll(async () => {
    const away = await openBreakableDatabase();
    broken = await openTestGateway({ database: away.database });
    await away.break();
  });
  afterAll(() => broken.close());
  it.each(routesWith('storage_unavailable'))('%s answers 503 without the database', async (name) => {
    const answer = await call(operationNamed(name), { gateway: broken, token: at.token });
    expectError(answer, 503, 'storage_unavailable');
  });
});

describe('an issuer that does not answer', () => {
  let lonely: TestGateway;
  // Nothing listens at port 9 here.
  const iss = 'http://127.0.0.1:9';
  beforeAll(async () => {
    lonely = await openTestGateway({ env: { OIDC_ISSUER: iss, OIDC_AUDIENCE: 'notebooks' } });
  });
  afterAll(() => lonely.close());
  const parts = [{ alg: 'ES256' }, { iss }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const token = `${parts.join('.')}.AA`;
  it.each(routesWith('issuer_unavailable'))('%s answers 503 for a JWT', async (name) => {
    const answer = await call(operationNamed(name), { gateway: lonely, token });
    expectError(answer, 503, 'issuer_unavailable');
    expect(answer.headers.get('retry-after')).toBe('5');
  });
});

/** What is documented and cannot be provoked over HTTP here, with the reason. */
const excused = (one: DocumentedError) =>
  // A fault of the gateway itself: a test that provokes one should mend it.
  one.code === 'internal' ||
  // A listing of over 500,000 entries or of more than 10 s: test/git holds these bounds. A page of runs with over 64 MiB of
  // code: graphql-answer-sizes.test.ts.
  (one.code === 'payload_too_large' && one.operation.method === 'GET');

it('the documented errors without a test are these only', () => {
  expect(
    new Set(documented.filter(excused).map(({ operation, code }) => `${operation.method} ${code}`)),
  ).toEqual(
    new Set([
      'GET internal',
      'POST internal',
      'PUT internal',
      'PATCH internal',
      'DELETE internal',
      'GET payload_too_large',
    ]),
  );
});
