import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

const fileLength = 8_000_000;
const query = `{ space(slug: "demo") { workspace(id: "${demo.workspaceId}") {
  file(path: "large.md") { ... on TextFile { content } } } } }`;

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
  const body = { path: 'large.md', content: 'x'.repeat(fileLength) };
  await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, { body });
});
afterAll(() => at.close());

/** Asks for the file in a stream of events, and reads nothing of it yet. */
function ask(token: string): Promise<IncomingMessage> {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'text/event-stream',
    'content-type': 'application/json',
  };
  return new Promise((resolve, reject) => {
    const asked = request(`${at.url}/graphql/stream`, { method: 'POST', headers, agent: false });
    asked.once('response', resolve).once('error', reject);
    asked.end(JSON.stringify({ query }));
  });
}

/** Reads the file. @returns its length, or the code of the error */
async function readFile(token: string): Promise<number | string> {
  const [, data] = /^event: next\ndata: (.*)$/m.exec(await text(await ask(token)))!;
  const { data: found, errors } = JSON.parse(data!);
  return errors?.[0].extensions.code ?? found.space.workspace.file.content.length;
}

it('what waits for the streams of a user has a bound, others are served, and it is free when they left', async () => {
  const [slow, other] = [await makeUser(at, { role: 'viewer' }), await makeUser(at, { role: 'viewer' })];
  const asked: IncomingMessage[] = [];
  // More than 160 MiB, and what the buffers of the connections hold.
  for (let count = 0; count < 30; count++) asked.push(await ask(slow.token));
  await expect.poll(() => readFile(slow.token), { timeout: 60_000 }).toBe('rate_limited');
  expect(await readFile(other.token)).toBe(fileLength);
  for (const one of asked) one.destroy();
  await expect.poll(() => readFile(slow.token), { timeout: 60_000 }).toBe(fileLength);
}, 150_000);
