import { describe, expect, it } from 'vitest';
import { makeUser } from '../../support/factories/make-user.js';
import { readEvents, type SentEvent } from '../../support/sse.js';
import { at, openSession, run, session, setUpKernels, stream, textOf } from './kernel-fixture.js';

setUpKernels();

const answerWith = `mutation($id: ID!, $requestId: String!, $value: String!) {
  answerInput(executionId: $id, requestId: $requestId, value: $value) { id status } }`;
const answer = (id: string, requestId: string, value: string, token?: string) =>
  at.graphql(answerWith, { id, requestId, value }, token);

/** Begins a cell that asks; resolves once another reader has seen its request. */
async function asking(code: string, more: object = {}, id = session) {
  const response = await run(code, more, id);
  const executionId = response.headers.get('x-execution-id')!;
  const events = readEvents(response);
  const isRequest = ({ data }: SentEvent) => data.type === 'input_request';
  const path = `/sessions/${id}/executions/${executionId}/stream`;
  const seen = await readEvents(await stream(path, {}), isRequest);
  return { executionId, path, events, seen, request: seen.at(-1)!.data };
}

const endOf = async (events: Promise<SentEvent[]>) => (await events).at(-1)!.data;

describe('a run that asks for input', () => {
  it('says that it waits, and goes on with the answer that another client gives', async () => {
    const { executionId, events, seen, request } = await asking("print('hello', input('name? '))");
    expect(request).toMatchObject({ prompt: 'name? ', password: false, request_id: expect.any(String) });
    expect(seen.at(-2)!.data).toMatchObject({ type: 'status', execution_state: 'waiting_for_input' });
    const given = await answer(executionId, request.request_id, 'Ada');
    expect(given.data.answerInput).toEqual({ id: executionId, status: 'running' });
    expect(textOf(await events)).toBe('hello Ada\n');
    expect(await endOf(events)).toMatchObject({ status: 'ok' });
    const states = (await events).map(({ data }) => data.execution_state).filter(Boolean);
    expect(states).toEqual(['queued', 'busy', 'waiting_for_input', 'busy', 'idle']);
  });

  it('hides a password, which no log contains', async () => {
    const secret = 'correct horse battery staple';
    const { executionId, path, events, request } = await asking(
      "import getpass\nlen(getpass.getpass('password: '))",
    );
    expect(request).toMatchObject({ prompt: 'password: ', password: true });
    await answer(executionId, request.request_id, secret);
    expect((await endOf(events)).outputs).toMatchObject([{ data: { 'text/plain': String(secret.length) } }]);
    expect(await (await stream(path, {})).text()).not.toContain(secret);
  });

  it('refuses an answer to another request, a second answer, and an answer after its end', async () => {
    const { executionId, events, request } = await asking("print(input('a'), input('b'))");
    const refused = { extensions: { code: 'input_not_expected' } };
    expect((await answer(executionId, 'other', 'x')).errors).toMatchObject([refused]);
    expect((await answer(executionId, request.request_id, '1')).errors).toBeUndefined();
    expect((await answer(executionId, request.request_id, '2')).errors).toMatchObject([refused]);
    const log = () => at.gateway.services.executionLog.read(executionId, 0, 100);
    const requests = async () => (await log()).flatMap(({ event }) => ('request_id' in event ? [event] : []));
    await expect.poll(async () => (await requests()).length).toBe(2);
    const second = (await requests())[1]!.request_id;
    expect((await answer(executionId, second, '2')).errors).toBeUndefined();
    expect(textOf(await events)).toBe('1 2\n');
    expect((await answer(executionId, second, '3')).errors).toMatchObject([refused]);
  });

  it('is answered only by those who may execute', async () => {
    const { executionId, events, request } = await asking("input('a')");
    const viewer = await makeUser(at, { role: 'viewer' });
    const reader = await makeUser(at, { role: 'admin', scopes: ['read'] });
    const outsider = await makeUser(at);
    const codes = [];
    for (const { token } of [viewer, reader, outsider]) {
      const { errors } = await answer(executionId, request.request_id, 'x', token);
      codes.push(errors![0].extensions.code);
    }
    expect(codes).toEqual([expect.stringMatching(/forbidden|not_found/), 'insufficient_scope', 'not_found']);
    await answer(executionId, request.request_id, 'mine');
    expect((await endOf(events)).status).toBe('ok');
  });

  it('ends with its timeout, with an interrupt, and with its session', async () => {
    const timed = await asking("input('a')", { timeout_seconds: 1 });
    expect(await endOf(timed.events)).toMatchObject({ status: 'timed_out' });
    const interrupted = await asking("input('a')");
    expect((await at.rest('POST', `/sessions/${session}/interrupt`)).status).toBe(200);
    expect(await endOf(interrupted.events)).toMatchObject({ status: 'error' });
    const { errors } = await answer(interrupted.executionId, interrupted.request.request_id, 'x');
    expect(errors).toMatchObject([{ extensions: { code: 'input_not_expected' } }]);
    const { id } = (await openSession('input/deleted.ipynb')).body;
    const deleted = await asking("input('a')", {}, id);
    expect((await at.rest('DELETE', `/sessions/${id}`)).status).toBe(204);
    expect(await endOf(deleted.events)).toMatchObject({ status: 'cancelled' });
  });
});
