import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createChecker } from '../support/openapi-checker.js';

const checker = createChecker(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
const check =
  (
    method: string,
    path: string,
    sent: { query?: string; headers?: Record<string, string>; body?: unknown },
  ) =>
  () =>
    checker.request(method, path, {
      path: path + (sent.query ?? ''),
      headers: new Headers(sent.headers),
      text: sent.body === undefined ? undefined : JSON.stringify(sent.body),
    });

it('the request checker reports missing fields, unknown fields and wrong types', () => {
  const lists = (query: string) => check('GET', '/workspaces', { query });
  expect(lists('?page=2&size=5&include_archived=true&unknown=1')).not.toThrow();
  expect(lists('?page=0')).toThrow('page');
  expect(lists('?page=x')).toThrow('page');
  expect(lists('?include_archived=maybe')).toThrow('include_archived');
  expect(check('GET', '/workspaces/{workspace_id}/file', {})).toThrow('has no path');

  const made = { name: 'One', default_repository_id: randomUUID() };
  const makes = (body: unknown, headers?: Record<string, string>) =>
    check('POST', '/workspaces', { body, headers });
  expect(makes(made, { 'Idempotency-Key': 'one' })).not.toThrow();
  expect(makes(made, { 'Idempotency-Key': 'a b' })).toThrow('Idempotency-Key');
  expect(makes(undefined)).toThrow();
  expect(makes({ ...made, name: 1 })).toThrow('name');
  expect(makes({ ...made, more: 1 })).toThrow('additional');
  expect(makes({ name: 'One' })).toThrow('default_repository_id');
  expect(makes({ ...made, default_repository_id: 'x' })).toThrow('default_repository_id');
  expect(makes({ ...made, name: '' })).toThrow('name');
});
