import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { runProgram } from '../support/python-environment.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

// Java's HttpClient offers HTTP/2 with its first request too. A server may ignore the offer (RFC 9110, section 7.8).
it('a client that offers an upgrade to HTTP/2 is answered with HTTP/1.1, also with a body', async () => {
  const head = ['-sS', '-m', '20', '--http2', '-w', '\n%{http_version} %{http_code}'];
  const health = await runProgram('curl', [...head, `${at.url}/healthz`]);
  expect(health.text).toMatch(/^\{"status":"ok"\}\n1\.1 200$/);
  const fields = ['-H', `Authorization: Bearer ${at.token}`, '-H', 'Content-Type: application/json'];
  const body = ['--data-binary', '@-', `${at.url}/graphql`];
  const input = JSON.stringify({ query: '{ me { name } }', extensions: { padding: 'x'.repeat(100_000) } });
  const graphql = await runProgram('curl', [...head, ...fields, ...body], { input });
  expect(graphql.text).toMatch(/^\{"data":\{"me":\{"name":"Admin"\}\}\}\n1\.1 200$/);
});
