import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeUser } from '../../support/factories/make-user.js';
import { readEvents } from '../../support/sse.js';
import { at, session, setUpKernels, stream, textOf } from './kernel-fixture.js';

setUpKernels();

describe('a token with the scope execute alone', () => {
  let token: string;
  beforeAll(async () => {
    token = (await makeUser(at, { role: 'admin', scopes: ['execute'] })).token;
  });
  const run = (body: object) => stream(`/sessions/${session}/execute/stream`, { body, token });

  it('follows the stream of its own run, also when it sends the run again, but cannot read a log by id', async () => {
    // Longer than two rounds in which open streams are checked.
    const body = { code: 'import time\ntime.sleep(5)\nprint("done")', execution_id: randomUUID() };
    const [first, again] = [await run(body), await run(body)];
    expect([first.status, again.status]).toEqual([200, 200]);
    const [events, same] = await Promise.all([readEvents(first), readEvents(again)]);
    expect(events.at(-1)).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
    expect(textOf(events)).toBe('done\n');
    expect(same).toEqual(events);
    const path = `/sessions/${session}/executions/${body.execution_id}/stream`;
    const refused = await stream(path, { token });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: 'insufficient_scope' });
  });

  it('cancels executions that it queued', async () => {
    const busy = await run({ code: 'import time\ntime.sleep(1)' });
    const queued = await run({ code: "print('never')" });
    const id = queued.headers.get('x-execution-id');
    const cancel = await at.graphql(
      'mutation($id: ID!) { cancelExecution(id: $id) { status } }',
      { id },
      token,
    );
    expect(cancel.errors).toBeUndefined();
    expect(cancel.data.cancelExecution.status).toBe('cancelled');
    expect((await readEvents(queued)).at(-1)!.data.status).toBe('cancelled');
    expect((await readEvents(busy)).at(-1)!.data.status).toBe('ok');
  });
});
