import { type IncomingMessage, request } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

const mib = 1024 * 1024;
/** More than the buffers of a connection hold. */
const fileLength = 12 * mib;
const query = `{ space(slug: "demo") { workspace(id: "${demo.workspaceId}") {
  file(path: "large.md") { ... on TextFile { content } } } } }`;
const files = `/api/v1.0/engagement/spaces/demo/notebooks/workspaces/${demo.workspaceId}`;
const patient = { timeout: 60_000 };

let at: TestGateway;
async function open(unreadLimits: Parameters<typeof openTestGateway>[0]): Promise<void> {
  at = await openTestGateway(unreadLimits);
  const body = { path: 'large.md', content: 'x'.repeat(fileLength) };
  await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, { body });
}

/** The ways to ask for the file. */
const ways = {
  'GraphQL as JSON': { path: '/graphql', accept: 'application/json', body: { query } },
  'GraphQL as events': { path: '/graphql', accept: 'text/event-stream', body: { query } },
  REST: { path: `${files}/authoring-file?path=large.md`, accept: 'application/json', body: undefined },
};

/** Sends a request, and reads nothing of its answer yet. */
function ask(
  { path, accept, body }: (typeof ways)['REST'] | { body: object; path: string; accept: string },
  token: string,
) {
  const method = body ? 'POST' : 'GET';
  const headers = { authorization: `Bearer ${token}`, accept, 'content-type': 'application/json' };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(`${at.url}${path}`, { method, headers, agent: false });
    asked.once('response', resolve).once('error', reject);
    asked.end(body && JSON.stringify(body));
  });
}
/** The code of a refusal, or `ok`. */
async function codeOf(token: string): Promise<string> {
  const answer = await ask({ ...ways['GraphQL as JSON'], body: { query: '{ __typename }' } }, token);
  const { errors } = (await json(answer)) as { errors?: { extensions: { code: string } }[] };
  return errors ? errors[0]!.extensions.code : 'ok';
}

describe('what waits for clients that do not read', () => {
  beforeAll(() => open({ unreadLimits: { perUser: 20 * mib, always: mib } }));
  afterAll(() => at.close());

  it.each(Object.entries(ways))(
    'has a bound for each user over %s, and is free when they left',
    async (_, way) => {
      const [slow, other] = [await makeUser(at, { role: 'viewer' }), await makeUser(at, { role: 'viewer' })];
      const asked = [await ask(way, slow.token), await ask(way, slow.token)];
      await expect.poll(() => codeOf(slow.token), patient).toBe('rate_limited');
      const refused = await at.rest('GET', '/workspaces', { token: slow.token });
      expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(await codeOf(other.token)).toBe('ok');
      for (const one of asked) one.destroy();
      await expect.poll(() => codeOf(slow.token), patient).toBe('ok');
    },
  );

  it('has a bound for files that are held while they are read', async () => {
    const { token, id } = await makeUser(at, { role: 'viewer' });
    const release = at.gateway.services.heldFiles.take(id, 159 * mib);
    const raw = { path: `${files}/raw-file?path=large.md`, accept: '*/*', body: undefined };
    const refused = await ask(raw, token);
    expect(refused.statusCode).toBe(429);
    expect(await json(refused)).toMatchObject({ code: 'rate_limited' });
    release();
    const answered = await ask(raw, token);
    expect(await text(answered)).toHaveLength(fileLength);
    expect(at.gateway.services.heldFiles.held).toBe(0);
  });

  it('is cut where many answers come together, but for the first ones', async () => {
    const { token } = await makeUser(at, { role: 'viewer' });
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, () => ask(ways['GraphQL as JSON'], token)),
    );
    const answers = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(answers).toHaveLength(8);
    await expect.poll(() => codeOf(token), patient).toBe('rate_limited');
    await sleep(1_000);
    const read = await Promise.allSettled(answers.map((one) => json(one)));
    const whole = read.filter(({ status }) => status === 'fulfilled').length;
    expect(whole).toBeGreaterThan(0);
    expect(whole * fileLength).toBeLessThanOrEqual(40 * mib);
  });
});

it('a client that takes nothing is cut, and one that reads slowly gets all', async () => {
  await open({ unreadLimits: { stalledMs: 1_000 } });
  try {
    const { token } = await makeUser(at, { role: 'viewer' });
    const [still, slow] = await Promise.all([ask(ways.REST, token), ask(ways.REST, token)]);
    let length = 0;
    for await (const chunk of slow) {
      length += chunk.length;
      await sleep(20);
    }
    expect(length).toBeGreaterThan(fileLength);
    await expect(json(still)).rejects.toMatchObject({ code: 'ECONNRESET' });
  } finally {
    await at.close();
  }
}, 120_000);
