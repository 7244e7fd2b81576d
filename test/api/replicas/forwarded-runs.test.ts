import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeUser } from '../../support/factories/make-user.js';
import { readEvents } from '../../support/sse.js';
import { openReplicas, openSession, type Replicas } from './replica-fixture.js';

const onServer = process.env.TEST_DB === 'postgres';

describe.runIf(onServer)('a cell that is run through a gateway that does not run the kernels', () => {
  let both: Replicas;
  let path: string;
  beforeAll(async () => {
    both = await openReplicas();
    path = `/sessions/${(await openSession(both)).id}`;
  });
  afterAll(() => both.close());

  const send = (below: string, { body, token, last }: { body?: object; token?: string; last?: string }) =>
    fetch(`${both.other.url}/api/v1.0/engagement/spaces/demo/notebooks${path}${below}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${token ?? both.other.token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(last ? { 'last-event-id': last } : {}),
      },
      body: body && JSON.stringify(body),
    });
  const numbersOf = (events: { id?: string }[]) => events.map(({ id }) => Number(id));

  it('is followed with the scope execute alone, also when it is sent again, and its log is not read by id', async () => {
    const { token } = await makeUser(both.owner, { role: 'admin', scopes: ['execute'] });
    const body = { code: 'print("done")', execution_id: randomUUID() };
    const first = await send('/execute/stream', { body, token });
    expect(first.status).toBe(200);
    const events = await readEvents(first);
    expect(events.at(-1)).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
    expect(events.at(-1)!.data.outputs).toMatchObject([{ text: 'done\n' }]);
    const again = await send('/execute/stream', { body, token });
    expect([again.status, await readEvents(again)]).toEqual([200, events]);
    const refused = await send(`/executions/${body.execution_id}/stream`, { token });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: 'insufficient_scope' });
  });

  it.each(['3', '1000'])('begins with its first event, also with a Last-Event-ID of %s', async (last) => {
    const body = { code: 'print("new")', execution_id: randomUUID() };
    const response = await send('/execute/stream', { body, last });
    expect(response.status).toBe(200);
    const numbers = numbersOf(await readEvents(response));
    expect(numbers).toEqual(numbers.map((_number, index) => index + 1));
    const resumed = await send('/execute/stream', { body, last: '3' });
    expect(numbersOf(await readEvents(resumed))).toEqual(numbers.slice(3));
    expect((await send('/execute/stream', { body, last: '1000' })).status).toBe(400);
  });
});
