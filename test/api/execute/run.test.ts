import { randomUUID } from 'node:crypto';
import { createClient } from 'graphql-sse';
import { describe, expect, it } from 'vitest';
import { makeUser } from '../../support/factories/make-user.js';
import { readEvents } from '../../support/sse.js';
import { at, run, runAll, session, setUpKernels, stream, textOf } from './kernel-fixture.js';

setUpKernels();

describe('an execution', () => {
  it('streams its numbered events and ends with final_response', async () => {
    const response = await run("print('hello')\n6 * 7", { cell_index: 3 });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    const id = response.headers.get('x-execution-id');
    const events = await readEvents(response);
    expect(events.map((event) => event.id)).toEqual(events.map((_, i) => String(i + 1)));
    expect(events.slice(0, -1).every((event) => event.event === 'notebook_event')).toBe(true);
    for (const [i, { data }] of events.entries()) {
      expect(data).toMatchObject({ execution_id: id, session_id: session, cell_index: 3, sequence: i + 1 });
    }
    expect(events[0]!.data).toMatchObject({ type: 'status', execution_state: 'queued' });
    expect(textOf(events)).toBe('hello\n');
    expect(events.find(({ data }) => data.type === 'execute_result')!.data).toMatchObject({
      data: { 'text/plain': '42' },
      metadata: {},
      execution_count: expect.any(Number),
    });
    const final = events.at(-1)!;
    expect(final.event).toBe('final_response');
    expect(final.data).toEqual({
      execution_id: id,
      session_id: session,
      cell_index: 3,
      sequence: events.length,
      status: 'ok',
      status_reason: null,
      cancelled_by: null,
      execution_count: expect.any(Number),
      outputs: [
        { output_type: 'stream', name: 'stdout', text: 'hello\n' },
        {
          output_type: 'execute_result',
          data: { 'text/plain': '42' },
          metadata: {},
          execution_count: final.data.execution_count,
        },
      ],
      truncated: false,
      started_at: expect.stringMatching(/Z$/),
      finished_at: expect.stringMatching(/Z$/),
      duration_ms: expect.any(Number),
    });
  });

  it('that raises ends with a notebook_event error, then final_response with status error', async () => {
    const events = await runAll('1 / 0');
    expect(events.find(({ data }) => data.type === 'error')).toMatchObject({
      event: 'notebook_event',
      data: { ename: 'ZeroDivisionError', evalue: 'division by zero', traceback: expect.any(Array) },
    });
    expect(events.at(-1)).toMatchObject({ event: 'final_response', data: { status: 'error' } });
    await runAll('1');
    const { data } = await at.graphql(
      `{ space(slug: "demo") { executions(first: 2) { nodes { exception { name message } } } } }`,
    );
    expect(data.space.executions.nodes).toEqual([
      { exception: null },
      { exception: { name: 'ZeroDivisionError', message: 'division by zero' } },
    ]);
  });

  it('can read the files of the branch beside the notebook', async () => {
    expect(textOf(await runAll("print(open('../README.md').read().split()[1])"))).toBe('Demo\n');
  });

  it('continues when its client disconnects, and its stream resumes after Last-Event-ID without gap or repeat', async () => {
    const response = await run(
      'import time\nfor i in range(6):\n    print(i, flush=True)\n    time.sleep(0.15)',
    );
    const id = response.headers.get('x-execution-id');
    const before = await readEvents(response, ({ data }) => data.type === 'stream');
    const last = before.at(-1)!.id!;
    const path = `/sessions/${session}/executions/${id}/stream`;
    const after = await readEvents(await stream(path, { headers: { 'last-event-id': last } }));
    expect(after[0]!.id).toBe(String(Number(last) + 1));
    expect(textOf([...before, ...after])).toBe('0\n1\n2\n3\n4\n5\n');
    const whole = await readEvents(await stream(path, {}));
    expect(whole).toEqual([...before, ...after]);
    const none = await stream(path, { headers: { 'last-event-id': whole.at(-1)!.id! } });
    expect([none.status, none.headers.get('x-execution-id'), await none.text()]).toEqual([204, id, '']);
  });

  it('has the same events as a GraphQL subscription through Yoga and graphql-sse, distinct and single', async () => {
    const response = await run("for i in range(50): print('line', i)");
    const id = response.headers.get('x-execution-id')!;
    const rest = await readEvents(response);
    const query = `subscription($id: ID!, $after: Int) { executionEvents(executionId: $id, after: $after) {
      sequence type ... on StreamEvent { name text } ... on FinalResponse { status outputs } } }`;
    const expected = rest.map(({ data }, i) => ({
      sequence: data.sequence,
      type: i === rest.length - 1 ? 'final_response' : data.type,
      ...(data.type === 'stream' ? { name: data.name, text: data.text } : {}),
      ...(i === rest.length - 1 ? { status: data.status, outputs: data.outputs } : {}),
    }));

    const yoga = await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${at.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query, variables: { id, after: 2 } }),
    });
    const byYoga = (await readEvents(yoga)).filter((event) => event.event === 'next');
    expect(byYoga.map(({ data }) => data.data.executionEvents)).toEqual(expected.slice(2));

    for (const singleConnection of [false, true]) {
      const client = createClient({
        url: `${at.url}/graphql/stream`,
        singleConnection,
        headers: { authorization: `Bearer ${at.token}` },
      });
      const events = [];
      for await (const result of client.iterate({ query, variables: { id, after: 0 } })) {
        expect(result.errors).toBeUndefined();
        events.push((result.data as any).executionEvents);
      }
      client.dispose();
      expect(events).toEqual(expected);
    }
  });

  it('has binary buffers as base64 in both APIs, and no such field in REST when there are none', async () => {
    const response = await run(
      [
        'import comm',
        "opened = comm.create_comm(target_name='t', metadata={'version': '2.1.0'})",
        "opened.send({}, buffers=[b'one'])",
      ].join('\n'),
    );
    const id = response.headers.get('x-execution-id')!;
    const comms = (await readEvents(response)).filter(({ data }) => data.type?.startsWith('comm_'));
    expect(comms.map(({ data }) => data)).toMatchObject([
      { type: 'comm_open', target_name: 't', metadata: { version: '2.1.0' } },
      { type: 'comm_msg', buffers: ['b25l'] },
    ]);
    expect(comms[0]!.data).not.toHaveProperty('buffers');

    const query = `subscription($id: ID!) { executionEvents(executionId: $id) {
      type ... on CommOpenEvent { metadata buffers } ... on CommMessageEvent { buffers } } }`;
    const client = createClient({
      url: `${at.url}/graphql/stream`,
      headers: { authorization: `Bearer ${at.token}` },
    });
    const events = [];
    for await (const result of client.iterate({ query, variables: { id } }))
      events.push((result.data as any).executionEvents);
    client.dispose();
    expect(events.filter(({ type }) => type.startsWith('comm_'))).toEqual([
      { type: 'comm_open', metadata: { version: '2.1.0' }, buffers: null },
      { type: 'comm_msg', buffers: ['b25l'] },
    ]);
  });

  it('sent again with its execution_id is followed, and does not run twice', async () => {
    const execution_id = randomUUID();
    const first = await runAll("count = globals().get('count', 0) + 1\nprint(count)", { execution_id });
    const again = await runAll("count = globals().get('count', 0) + 1\nprint(count)", { execution_id });
    expect(again).toEqual(first);
    expect(textOf(again)).toBe('1\n');
    const other = await run('print(2)', { execution_id });
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ code: 'execution_id_reused' });
  });

  it('that fails aborts those queued after it by the same user', async () => {
    const answers = await Promise.all([
      runAll("import time\ntime.sleep(0.5)\nraise ValueError('x')"),
      new Promise((resolve) => setTimeout(resolve, 150)).then(() => runAll("print('never')")),
      new Promise((resolve) => setTimeout(resolve, 300)).then(() => runAll("print('never')")),
    ]);
    expect(answers.map((events) => events.at(-1)!.data.status)).toEqual(['error', 'aborted', 'aborted']);
    expect(textOf(answers[1]!)).toBe('');
    expect((await runAll("print('next')")).at(-1)!.data.status).toBe('ok');
  });

  it('can be cancelled while queued', async () => {
    const busy = runAll('import time\ntime.sleep(1)');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const queued = await run("print('never')");
    const id = queued.headers.get('x-execution-id');
    const cancel = await at.graphql('mutation($id: ID!) { cancelExecution(id: $id) { status } }', { id });
    expect(cancel.data.cancelExecution.status).toBe('cancelled');
    expect((await readEvents(queued)).at(-1)!.data).toMatchObject({ status: 'cancelled', outputs: [] });
    expect((await busy).at(-1)!.data.status).toBe('ok');
  });

  it('that is interrupted ends with the reply of the kernel', async () => {
    const response = await run("import time\nprint('on', flush=True)\ntime.sleep(30)");
    const rest = readEvents(response);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const interrupt = await at.rest('POST', `/sessions/${session}/interrupt`);
    expect(interrupt.status).toBe(200);
    const events = await rest;
    expect(events.find(({ data }) => data.type === 'error')!.data.ename).toBe('KeyboardInterrupt');
    expect(events.at(-1)!.data.status).toBe('error');
    expect((await at.rest('POST', `/sessions/${session}/interrupt`)).status).toBe(200);
  });

  it('accepts every JSON form of a whole number', async () => {
    const raw = '{"code":"1","cell_index":1e1,"timeout_seconds":30.0}';
    const { status, body } = await at.rest('POST', `/sessions/${session}/execute/stream`, { raw });
    expect(status).toBe(200);
    expect(body).toMatch(/event: final_response\ndata: \{[^\n]*"cell_index":10,[^\n]*"status":"ok"/);
  });

  it('that exceeds timeout_seconds is interrupted and ends as timed_out', async () => {
    const events = await runAll('import time\ntime.sleep(30)', { timeout_seconds: 0.5 });
    expect(events.at(-1)!.data.status).toBe('timed_out');
  });

  it('with 20,000 prints loses no output', async () => {
    const events = await runAll('for i in range(20000): print(i, flush=True)');
    expect(events.at(-1)!.data.status).toBe('ok');
    expect(textOf(events)).toBe(Array.from({ length: 20000 }, (_, i) => `${i}\n`).join(''));
    expect(events.filter(({ data }) => data.type === 'output_lost')).toEqual([]);
  }, 120_000);

  it.each([
    [{ code: 5 }, 'code'],
    [{}, 'code'],
    [{ code: 'a\u0000' }, 'code'],
    [{ code: '', cell_index: -1 }, 'cell_index'],
    [{ code: '', cell_index: 1.5 }, 'cell_index'],
    [{ code: '', timeout_seconds: 0 }, 'timeout_seconds'],
    [{ code: '', execution_id: 'x' }, 'execution_id'],
    [{ code: '', extra: 1 }, 'extra'],
  ])('with the body %j answers 400 and names the field', async (body, field) => {
    const response = await stream(`/sessions/${session}/execute/stream`, { body });
    expect(response.status).toBe(400);
    expect(((await response.json()) as any).errors[0].loc).toEqual(['body', field]);
  });

  it('with a Last-Event-ID beyond its log answers 400 when it is resumed, and ignores it when it is new', async () => {
    const body = { code: '1', execution_id: randomUUID() };
    const headers = { 'last-event-id': '1000' };
    const first = await stream(`/sessions/${session}/execute/stream`, { body, headers });
    expect(first.status).toBe(200);
    const whole = await readEvents(first);
    expect(whole.map(({ id }) => id)).toEqual(whole.map((_event, index) => String(index + 1)));
    for (const response of [
      await stream(`/sessions/${session}/execute/stream`, { body, headers }),
      await stream(`/sessions/${session}/executions/${body.execution_id}/stream`, { headers }),
    ]) {
      expect(response.status).toBe(400);
      expect(((await response.json()) as any).errors[0].loc).toEqual(['header', 'last-event-id']);
    }
    const query = 'subscription($id: ID!) { executionEvents(executionId: $id, after: -1) { sequence } }';
    const negative = await at.graphql(query, { id: body.execution_id });
    expect(negative.errors![0].extensions).toMatchObject({
      ...{ code: 'invalid_request', errors: [{ path: ['after'], type: 'out_of_range' }] },
    });
    const last = { 'last-event-id': whole.at(-1)!.id! };
    const end = await stream(`/sessions/${session}/execute/stream`, { body, headers: last });
    expect([end.status, await end.text()]).toEqual([204, '']);
  });

  it('with a malformed Last-Event-ID answers 400', async () => {
    const response = await stream(`/sessions/${session}/execute/stream`, {
      body: { code: '1' },
      headers: { 'last-event-id': 'x' },
    });
    expect(response.status).toBe(400);
  });

  it('in the session of another user answers 403 to start and 200 to follow', async () => {
    const { token } = await makeUser(at, { role: 'editor' });
    const refused = await stream(`/sessions/${session}/execute/stream`, { body: { code: '1' }, token });
    expect(refused.status).toBe(403);
    const mine = await run("print('seen')");
    const id = mine.headers.get('x-execution-id');
    await readEvents(mine);
    const watched = await stream(`/sessions/${session}/executions/${id}/stream`, { token });
    expect(textOf(await readEvents(watched))).toBe('seen\n');
    const outsider = await makeUser(at);
    const hidden = await stream(`/sessions/${session}/executions/${id}/stream`, { token: outsider.token });
    expect(hidden.status).toBe(404);
  });
});

describe('the death of a kernel', () => {
  it.each([
    ['by itself', 'import os\nprint("last", flush=True)\nimport time; time.sleep(0.2)\nos._exit(1)'],
    [
      'by SIGKILL',
      'import os, signal\nprint("last", flush=True)\nimport time; time.sleep(0.2)\nos.kill(os.getpid(), signal.SIGKILL)',
    ],
  ])('%s ends the stream with the SSE event error within 5 s', async (_how, code) => {
    const from = Date.now();
    const events = await runAll(code);
    expect(Date.now() - from).toBeLessThan(5_000 + 700);
    expect(textOf(events)).toBe('last\n');
    expect(events.at(-1)).toMatchObject({
      event: 'error',
      data: { status_code: 503, code: 'kernel_died', retryable: false, detail: expect.any(String) },
    });
    expect(events.at(-1)!.id).toBe(String(events.length));
    await expect
      .poll(async () => (await at.rest('GET', `/sessions/${session}`)).body.status, { timeout: 10_000 })
      .toBe('idle');
    expect((await runAll("print('back')")).at(-1)!.data.status).toBe('ok');
  });

  it('by a cell aborts the executions queued after it', async () => {
    const first = runAll('import os, time\ntime.sleep(0.5)\nos._exit(1)');
    await expect.poll(async () => (await at.rest('GET', `/sessions/${session}`)).body.status).toBe('busy');
    const behind = runAll("print('never')");
    expect((await first).at(-1)).toMatchObject({ event: 'error', data: { code: 'kernel_died' } });
    expect((await behind).at(-1)!.data).toMatchObject({ status: 'aborted', outputs: [] });
  });
});
