import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../rest/table.js';
import { statusOf } from '../../src/error-status.js';
import { isErrorCode } from '../../src/errors.js';
import { openTestGateway, type RestOptions, type TestGateway } from '../support/gateway.js';
import { type Checker, createChecker } from '../support/openapi-checker.js';
import { documented, further, type Row } from './rows.js';

const base = '/api/v1.0/engagement/spaces/{space_slug}/notebooks';
const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
const all = [...documented, ...further];
/** Whether the body is JSON; one of bytes has any type. */
const takesBody = ([method, path]: Row) =>
  document.paths[base + path][method.toLowerCase()].requestBody?.content['application/json'] !== undefined;
/** Whether the route has a parameter of the query that every request must have. */
const needsQuery = ([method, path]: Row) =>
  document.paths[base + path][method.toLowerCase()].parameters.some(
    (one: { in?: string; required?: boolean }) => one.in === 'query' && one.required,
  );

let at: TestGateway;
let checker: Checker;
beforeAll(async () => {
  at = await openTestGateway();
  checker = createChecker(document);
});
afterAll(() => at.close());

/** Sends a request for things that do not exist and holds the answer against the description. */
async function call([method, path]: Row, options: RestOptions) {
  const answer = await at.rest(
    method,
    path.replace(/\{\w+\}/g, () => randomUUID()),
    options,
  );
  checker.answer(method, path, answer);
  return answer;
}

describe.each(all)('%s %s', (...row) => {
  it('answers a bad token as the description says', async () => {
    const answer = await call(row, { body: takesBody(row) ? {} : undefined, token: 'unknown' });
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });
});

describe.each(all.filter((row) => !takesBody(row)))('%s %s', (...row) => {
  it('answers in an unknown space as the description says', async () => {
    const answer = await call(row, { space: 'elsewhere' });
    // A query without what it needs is refused before the space is looked at.
    expect(answer.status).toBe(needsQuery(row) ? 400 : 404);
  });
});

describe.each(all.filter(takesBody))('%s %s', (...row) => {
  it.each([
    ['that is no JSON', { raw: '{' }, 400],
    ['with an unknown field', { body: { nothing: 1 } }, 400],
    ['of another type', { raw: 'x', headers: { 'content-type': 'text/plain' } }, 415],
  ])('answers a body %s as the description says', async (_what, options, status) => {
    expect((await call(row, options)).status).toBe(status);
  });
});

it('the description is served as it is checked in, to callers with a token', async () => {
  const served = await fetch(`${at.url}/openapi.json`, { headers: { authorization: `Bearer ${at.token}` } });
  expect(served.headers.get('content-type')).toBe('application/json');
  expect(await served.json()).toEqual(document);
  expect((await fetch(`${at.url}/openapi.json`)).status).toBe(401);
});

it('the description is one of OpenAPI 3.1, with the base path of the contract', () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  for (const path of Object.keys(document.paths)) expect(path.startsWith(`${base}/`)).toBe(true);
});

describe('a request that succeeds', () => {
  /** What is answered beside the status of the method: a range, nothing to send, or that something was there before. */
  const statusesOf = ([method, path]: Row) =>
    Object.keys(document.paths[base + path][method.toLowerCase()].responses).filter((one) => one < '400');
  const of = (method: string) => all.filter(([one]) => one === method);
  const actions =
    /\/(archive|unarchive|rename|restore|interrupt|restart|complete|inspect|comms|cancel|input|execute\/stream)$/;

  it.each(of('GET'))('%s %s is answered 200', (...row) => {
    const further = statusesOf(row).filter((status) => status !== '200');
    expect(statusesOf(row)).toContain('200');
    expect(['204', '206', '304']).toEqual(expect.arrayContaining(further));
  });

  it.each([...of('PUT'), ...of('PATCH')])('%s %s is answered 200', (...row) => {
    // It is created where there is none.
    const isRaw = row[1].endsWith('/raw-file');
    expect(statusesOf(row)).toEqual(isRaw ? ['200', '201'] : ['200']);
  });

  it.each(of('DELETE'))('%s %s is answered 204, or 200 with a commit', (...row) => {
    expect(statusesOf(row)).toEqual([row[1].endsWith('/authoring-file') ? '200' : '204']);
  });

  it.each(of('POST'))('%s %s is answered 201 where it creates, and else 200', (...row) => {
    if (!actions.test(row[1])) expect(statusesOf(row)).toContain('201');
    else expect(statusesOf(row).filter((status) => status !== '204')).toEqual(['200']);
  });
});

it('every POST takes an Idempotency-Key, but for a stream, which has an id', () => {
  const takesKey = ([method, path]: Row) =>
    document.paths[base + path][method.toLowerCase()].parameters.some(({ $ref }: { $ref?: string }) =>
      $ref?.endsWith('/Idempotency-Key'),
    );
  const without = all.filter((row) => row[0] === 'POST' && !takesKey(row)).map(([, path]) => path);
  expect(without).toEqual(['/sessions/{session_id}/execute/stream']);
});

it('the description has the rows of the API and no others', () => {
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations as object).map((method) => `${method.toUpperCase()} ${path.slice(base.length)}`),
  );
  expect(described.sort()).toEqual(all.map(([method, path]) => `${method} ${path}`).sort());
});

it('every operation, schema, parameter and field has a description', () => {
  const schemas = Object.entries<{ description?: string }>(document.components.schemas);
  expect(schemas.filter(([, { description }]) => !description).map(([name]) => name)).toEqual([]);
  const undescribed: string[] = [];
  for (const [path, operations] of Object.entries<any>(document.paths)) {
    for (const [method, operation] of Object.entries<any>(operations)) {
      if (!operation.summary) undescribed.push(`${method} ${path}`);
      for (const one of operation.parameters)
        if (!one.$ref && !one.description) undescribed.push(`${method} ${path} ${one.name}`);
      const fields = operation.requestBody?.content['application/json']?.schema.properties ?? {};
      for (const [name, field] of Object.entries<any>(fields))
        if (!field.description) undescribed.push(`${method} ${path} body ${name}`);
    }
  }
  expect(undescribed).toEqual([]);
});

it('the answer checker reports missing fields, unknown fields and wrong types', () => {
  const headers = new Headers({ 'content-type': 'application/json', 'x-request-id': 'x' });
  const good = { items: [], total: 0, page: 1, size: 20 };
  const check =
    (body: unknown, more = headers) =>
    () =>
      checker.answer('GET', '/workspaces', { status: 200, headers: more, body });
  expect(check(good)).not.toThrow();
  expect(check({ ...good, total: '0' })).toThrow('total');
  expect(check({ ...good, more: 1 })).toThrow('additional');
  expect(check({ items: [], total: 0, page: 1 })).toThrow('size');
  expect(check({ ...good, items: [{}] })).toThrow('items/0');
  expect(check(good, new Headers({ 'content-type': 'application/json' }))).toThrow('X-Request-Id');
  expect(() => checker.answer('GET', '/workspaces', { status: 418, headers })).toThrow('418');
});

it('docs/api.md has every error code with its status', () => {
  const page = readFileSync('docs/api.md', 'utf8');
  const listed = [...page.matchAll(/^\| (\d{3}) \| (.*) \|$/gm)].flatMap(([, status, text]) =>
    [...text!.matchAll(/`(\w+)`/g)].map(([, code]) => [code!, Number(status)] as const),
  );
  expect(Object.fromEntries(listed.filter(([code]) => isErrorCode(code)))).toEqual(statusOf);
});

it('docs/api.md has the rows, each with its operationId', () => {
  const page = readFileSync('docs/api.md', 'utf8');
  const rows = [...page.matchAll(/^\| `(GET|POST|PUT|PATCH|DELETE) (\S+)` \| `([^`]+)` \| `([^`]+)` \|$/gm)];
  const operationIdOf = ([method, path]: Row) => {
    const params = path.replace(/\{(\w+)\}/g, ':$1');
    return routes.find((one) => one.method === method.toLowerCase() && one.path === params)?.operationId;
  };
  expect(rows.map(([, ...row]) => row)).toEqual(all.map((row) => [...row, operationIdOf(row)]));
});
