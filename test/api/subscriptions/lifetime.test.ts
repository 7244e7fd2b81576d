import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { makeRuntime } from '../../support/factories/make-runtime.js';
import { makeUser } from '../../support/factories/make-user.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import {
  at,
  executions,
  files,
  listeners,
  listening,
  services,
  sessions,
  setUpStreams,
  type Transport,
  transports,
  until,
  workspaces,
} from './subscription-fixture.js';

setUpStreams();

describe('a subscriber that reads nothing', () => {
  it.each([
    ['yoga', '/graphql'],
    ['graphql-sse', '/graphql/stream'],
  ])('uses little memory over %s, and receives the newest state at the end', async (_transport, path) => {
    const owner = await makeUser(at, { role: 'editor' });
    const { execution } = await makeRuntime(at, {
      workspaceId: (await makeWorkspace(at, { visibility: 'space', token: owner.token })).id,
      userId: owner.id,
    });
    const { bus, prisma } = services();
    const update = (code: string, status: 'running' | 'ok') =>
      prisma.execution.update({ where: { id: execution.id }, data: { code, status } });
    await update('x'.repeat(500_000), 'running');
    const response = await fetch(at.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${owner.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query: executions }),
    });
    await until(() => bus.listenerCount('executionStatus', '*') === 1);
    const published = 400;
    for (let count = 0; count < published; count++) {
      // Another status each time: the same one again is not sent.
      const status = count % 2 === 0 ? 'running' : 'queued';
      await prisma.execution.updateMany({ where: { id: execution.id }, data: { status } });
      bus.publish('executionStatus', execution.id, { executionId: execution.id });
      await sleep(5);
    }
    await update('last', 'ok');
    bus.publish('executionStatus', execution.id, { executionId: execution.id });
    let bytes = 0;
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (new TextDecoder().decode(chunk).includes('"code":"last"')) break;
    }
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThan((published * 500_000) / 4);
    await until(() => bus.listenerCount('executionStatus', '*') === 0);
  });
});

describe('authorization of open streams', () => {
  const rest = (path: string, token: string) =>
    fetch(`${at.url}/api/v1.0/engagement/spaces/demo/notebooks${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
  const within = async (ms: number, ended: Promise<unknown>) => {
    const begun = Date.now();
    await ended;
    expect(Date.now() - begun).toBeLessThan(ms);
  };

  it('ends the streams of a revoked token within 5 s, and no others', async () => {
    const someone = await makeUser(at, { role: 'viewer' });
    const other = await makeUser(at, { role: 'viewer' });
    const owner = await makeUser(at, { role: 'editor' });
    const { session, execution } = await makeRuntime(at, {
      workspaceId: (await makeWorkspace(at, { visibility: 'space', token: owner.token })).id,
      userId: owner.id,
    });
    const theirs = [
      await listening(workspaces, {}, someone.token),
      await listening(sessions, {}, someone.token, 'graphql-sse distinct'),
      await listening(files, { id: demo.workspaceId }, someone.token, 'graphql-sse single connection'),
    ];
    const kept = await listening(workspaces, {}, other.token);
    const log = await rest(`/sessions/${session.id}/executions/${execution.id}/stream`, someone.token);
    expect(log.status).toBe(200);
    await services().prisma.apiToken.updateMany({
      where: { userId: someone.id },
      data: { revokedAt: new Date() },
    });
    const [text] = await Promise.all([
      log.text(),
      within(5_000, Promise.all(theirs.map(({ ended }) => ended))),
    ]);
    for (const { results } of theirs) {
      expect(results).toHaveLength(1);
      expect(results[0].errors[0].extensions.code).toBe('unauthenticated');
    }
    expect(text).toMatch(
      /event: error\ndata: .*"status_code":401,"code":"unauthenticated","retryable":false/,
    );
    await makeWorkspace(at, { visibility: 'space' });
    await until(() => kept.results.length === 1);
    expect(kept.results[0].errors).toBeUndefined();
  });

  it('ends the streams of an expired token', async () => {
    const someone = await makeUser(at, { role: 'viewer' });
    const stream = await listening(workspaces, {}, someone.token);
    await services().prisma.apiToken.updateMany({
      where: { userId: someone.id },
      data: { expiresAt: new Date() },
    });
    await within(5_000, stream.ended);
    expect(stream.results[0].errors[0].extensions.code).toBe('unauthenticated');
  });

  it('ends the streams of a removed member within 5 s', async () => {
    const someone = await makeUser(at, { role: 'viewer' });
    const owner = await makeUser(at, { role: 'editor' });
    const { session, execution } = await makeRuntime(at, {
      workspaceId: (await makeWorkspace(at, { visibility: 'space', token: owner.token })).id,
      userId: owner.id,
    });
    const stream = await listening(workspaces, {}, someone.token);
    const log = await rest(`/sessions/${session.id}/executions/${execution.id}/stream`, someone.token);
    await services().prisma.spaceMember.deleteMany({ where: { userId: someone.id } });
    const [text] = await Promise.all([log.text(), within(5_000, stream.ended)]);
    expect(stream.results[0].errors[0]).toMatchObject({
      message: 'The space was not found.',
      extensions: { code: 'not_found' },
    });
    expect(text).toMatch(/event: error\ndata: .*"status_code":404,"code":"not_found"/);
  });

  it('ends the streams of a workspace that its caller may no longer view within 5 s', async () => {
    const someone = await makeUser(at, { role: 'viewer' });
    const owner = await makeUser(at, { role: 'editor' });
    const { id } = await makeWorkspace(at, { visibility: 'space', token: owner.token });
    const one = await listening(workspaces, { id }, someone.token);
    const two = await listening(files, { id }, someone.token, 'graphql-sse distinct');
    await at.rest('PUT', `/workspaces/${id}/access`, {
      token: owner.token,
      body: { visibility: 'private', grants: [] },
    });
    await within(5_000, Promise.all([one.ended, two.ended]));
    expect([one, two].map(({ results }) => results)).toMatchObject([
      [{ errors: [{ extensions: { code: 'forbidden' } }] }],
      [{ errors: [{ extensions: { code: 'forbidden' } }] }],
    ]);
  });
});

describe('a client that disconnects', () => {
  it.each<Transport>(transports)('is unsubscribed immediately over %s', async (transport) => {
    for (const [query, variables] of [
      [workspaces, {}],
      [files, { id: demo.workspaceId }],
      [executions, {}],
    ] as const) {
      const stream = await listening(query, variables, at.token, transport);
      stream.leave();
      await until(() => listeners() === 0, 1_000);
    }
  });

  it.each(['/graphql', '/graphql/stream'])(
    'is unsubscribed when it leaves before %s has answered',
    async (path) => {
      let heard = 0;
      for (let delay = 0; delay < 60; delay += 2) {
        const leave = new AbortController();
        const request = fetch(at.url + path, {
          method: 'POST',
          signal: leave.signal,
          headers: {
            authorization: `Bearer ${at.token}`,
            'content-type': 'application/json',
            accept: 'text/event-stream',
          },
          body: JSON.stringify({ query: files, variables: { id: demo.workspaceId } }),
        });
        await sleep(delay);
        heard = Math.max(heard, listeners());
        leave.abort();
        await request.then((response) => response.text()).catch(() => {});
      }
      expect(heard).toBeGreaterThan(0);
      await until(() => listeners() === 0);
    },
  );
});
