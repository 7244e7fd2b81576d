import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const million = 1_000_000;
const members = () => Array.from({ length: million }, (_, index) => `"k${index}":1`).join();
const grants = () =>
  Array.from({ length: 300_000 }, () => '{"principal_type":"user","principal_id":"x"}').join();
const workspace = `/workspaces/${demo.workspaceId}`;
const notebook = (metadata: string, cells = '') =>
  `{"path":"hostile.ipynb","notebook":{"cells":[${cells}],"metadata":${metadata},"nbformat":4,"nbformat_minor":5}}`;

describe('REST refuses a hostile body for its true reason, without parsing it', () => {
  it.each([
    ['a million unknown members', 'PATCH', workspace, () => `{${members()}}`, 'The body has an object with'],
    [
      '300,000 grants',
      'PUT',
      `${workspace}/access`,
      () => `{"grants":[${grants()}]}`,
      'grants: has more than',
    ],
    [
      '300,000 changes of a commit',
      'POST',
      `${workspace}/commits`,
      () => `{"changes":[${Array(300_000).fill('{"delete":{"path":"a"}}').join()}]}`,
      'changes: has a list of more than 20000 items',
    ],
    [
      'a notebook with a million members in its metadata',
      'POST',
      `${workspace}/files`,
      () => notebook(`{${members()}}`),
      'notebook: has an object with more than',
    ],
    [
      'six million numbers',
      'POST',
      `${workspace}/files`,
      () => notebook(`{"a":[${'1,'.repeat(6 * million)}1]}`),
      'notebook: has more than 5000000 values',
    ],
    [
      'eight million digits',
      'POST',
      `${workspace}/files`,
      () => notebook(`{"a":${'9'.repeat(8 * million)}}`),
      'notebook: has a number of more than',
    ],
    [
      '600 levels',
      'POST',
      `${workspace}/files`,
      () => notebook(`{"a":${'['.repeat(600)}${']'.repeat(600)}}`),
      'notebook: nests deeper than 500 levels',
    ],
  ])('%s', async (_what, method, path, make, detail) => {
    const raw = make();
    const start = performance.now();
    const { status, body } = await at.rest(method, path, { raw });
    expect(performance.now() - start).toBeLessThan(3_000);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.detail).toContain(detail);
    expect(body.errors[0].loc[0]).toBe('body');
  });
});

it.each(['/graphql', '/graphql/stream'])('%s refuses them too', async (path) => {
  const post = (body: string) =>
    fetch(at.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
      body,
    });
  const hostile = [
    `{${members()}}`,
    `{"a":${'9'.repeat(8 * million)}}`,
    '['.repeat(600),
    `{"a":[${'"x",'.repeat(400_000)}"x"]}`,
  ];
  for (const variables of hostile) {
    const answer = await post(`{"query":"{me{name}}","variables":${variables}}`);
    expect(answer.status).toBe(400);
    const { errors } = (await answer.json()) as {
      errors: { message: string; extensions: { code: string } }[];
    };
    expect(errors[0]!.extensions.code).toBe('invalid_request');
    expect(errors[0]!.message).toMatch(/^variables: (has|nests)/);
  }
});

/** Sends the head of a request, a part of its body, and resolves with the answer. */
function sendPart(path: string, token: string, method: string, part: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(at.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': '60000000',
      },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      sent.destroy();
      resolve(response.statusCode!);
    });
    sent.write(part);
  });
}

it('a token without the scope is answered before its body has arrived', async () => {
  const { token } = await makeUser(at, { space: 'demo', role: 'editor', scopes: ['read'] });
  const base = '/api/v1.0/engagement/spaces/demo/notebooks';
  expect(await sendPart(`${base}${workspace}/files`, token, 'POST', '{')).toBe(403);
  expect(await sendPart(`${base}${workspace}`, token, 'PATCH', '{')).toBe(403);
  expect(await sendPart('/graphql', token, 'POST', '{')).toBe(413);
  expect(await sendPart('/graphql/stream', token, 'POST', '{')).toBe(413);
});

it('a document that is too long is refused before its body has arrived', async () => {
  const part = `{"query":"${'a '.repeat(million / 2)}`;
  expect(await sendPart('/graphql', at.token, 'POST', part)).toBe(400);
  expect(await sendPart('/graphql/stream', at.token, 'POST', part)).toBe(400);
});
