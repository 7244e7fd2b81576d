import { createClient } from 'graphql-sse';
import { expect, it } from 'vitest';
import { pruneLog } from '../../../src/executions/prune-log.js';
import { readEvents, type SentEvent } from '../../support/sse.js';
import { at, openSession, run, runAll, session, setUpKernels, stream, textOf } from './kernel-fixture.js';

setUpKernels();

const executions = () => `/sessions/${session}/executions`;
const resume = (id: string, after: string) =>
  stream(`${executions()}/${id}/stream`, { headers: { 'last-event-id': after } });

/** Runs a cell to its end. */
async function runToEnd(code: string) {
  const response = await run(code);
  const events = await readEvents(response);
  expect(events.at(-1)).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
  return { id: response.headers.get('x-execution-id')!, events, end: events.at(-1)!.id! };
}

/** Resumes after the end of a run until the late text is there. */
async function lateEvents(id: string, end: string, text: string): Promise<SentEvent[]> {
  let late: SentEvent[] = [];
  await expect
    .poll(
      async () => {
        late = await readEvents(await resume(id, end));
        return textOf(late);
      },
      { timeout: 15_000, interval: 100 },
    )
    .toBe(text);
  return late;
}

it.each([
  [
    'a thread',
    `
import threading, time
def later():
    time.sleep(0.4)
    print('late', flush=True)
threading.Thread(target=later).start()
print('now')`,
  ],
  [
    'an asyncio task',
    `
import asyncio
async def later():
    await asyncio.sleep(0.4)
    print('late', flush=True)
task = asyncio.create_task(later())
print('now')`,
  ],
  [
    'a child process',
    `
import subprocess
child = subprocess.Popen('sleep 0.4; echo late', shell=True)
print('now')`,
  ],
])(
  'what %s prints after the end of its run follows in its log, numbered on and marked as late',
  async (_, code) => {
    const { id, events, end } = await runToEnd(code);
    expect(textOf(events)).toBe('now\n');
    expect(events.some(({ data }) => 'late' in data)).toBe(false);
    const late = await lateEvents(id, end, 'late\n');
    expect(late.map((event) => event.id)).toEqual(late.map((_event, i) => String(Number(end) + 1 + i)));
    expect(late.every(({ event, data }) => event === 'notebook_event' && data.late === true)).toBe(true);

    expect((await resume(id, late.at(-1)!.id!)).status).toBe(204);
    expect((await readEvents(await resume(id, '0'))).at(-1)).toMatchObject({
      id: end,
      event: 'final_response',
    });
    const read = await at.rest('GET', `${executions()}/${id}`);
    expect(read.body.outputs).toEqual([{ output_type: 'stream', name: 'stdout', text: 'now\nlate\n' }]);
    expect(read.body.status).toBe('ok');
  },
);

it('what a child process prints after a question to the kernel belongs to the newest run', async () => {
  const asks = (started: string) =>
    `import os, subprocess\nchild = subprocess.Popen('sleep 2; echo ${started}', shell=True)\nprint('now')`;
  const { id, end } = await runToEnd(asks('late'));
  const body = { code: 'prin', cursor_pos: 4 };
  const complete = async () => (await at.rest('POST', `/sessions/${session}/complete`, { body })).status;
  // A busy machine may not answer within the second that a question has.
  await expect.poll(complete, { timeout: 20_000 }).toBe(200);
  await lateEvents(id, end, 'late\n');
  // As in Jupyter, also where that one goes on.
  await runToEnd(asks('of the next'));
  const next = await runAll('import time\ntime.sleep(3)');
  expect(textOf(next)).toBe('of the next\n');
});

it('what the kernel logs about a comm that is not open belongs to no run', async () => {
  const { id, end } = await runToEnd("import os, subprocess\nprint('now')");
  const input = { type: 'comm_msg', commId: 'not-open' };
  const mutation = `mutation($input: CommMessageInput!) {
    sendCommMessage(spaceSlug: "demo", sessionId: "${session}", input: $input) { executionId } }`;
  for (let n = 0; n < 3; n++) expect((await at.graphql(mutation, { input })).errors).toBeUndefined();
  const later = "import time\ntime.sleep(1)\nos.system('echo later')\nNone";
  expect(textOf(await runAll(later))).toBe('later\n');
  const printed = textOf(await readEvents(await resume(id, end)));
  expect(printed).toBe('No such comm: not-open\n'.repeat(3));
});

it('what the next kernel sends of a run is added to its log, though that has more of the kernel before it', async () => {
  const path = 'notebooks/next.ipynb';
  const other = (await openSession(path)).body.id as string;
  const response = await run('for i in range(100): print(i, flush=True)', {}, other);
  const id = response.headers.get('x-execution-id')!;
  const end = (await readEvents(response)).at(-1)!.id!;
  const { prisma } = at.gateway.services;
  const spoolOf = async () => (await prisma.session.findUniqueOrThrow({ where: { id: other } })).spoolId;
  const former = await spoolOf();
  await runAll('import os\nos._exit(1)', {}, other);
  await expect.poll(spoolOf, { timeout: 30_000 }).not.toBe(former);
  const code = `
kernel = get_ipython().kernel
header = dict(kernel.get_parent()['header'], msg_id='${id}')
content = {'name': 'stdout', 'text': 'of the next\\n'}
kernel.session.send(kernel.iopub_socket, 'stream', content, parent={'header': header}, ident=b'stream')`;
  expect((await runAll(code, {}, other)).at(-1)).toMatchObject({ data: { status: 'ok' } });
  const resumed = () =>
    stream(`/sessions/${other}/executions/${id}/stream`, { headers: { 'last-event-id': end } });
  await expect.poll(async () => textOf(await readEvents(await resumed()))).toBe('of the next\n');
});

it('late output is not mixed into the run that goes on then', async () => {
  const first = await runToEnd(`
import asyncio
async def later():
    for i in range(20):
        await asyncio.sleep(0.05)
        print('late', i, flush=True)
task = asyncio.create_task(later())`);
  const second = await runAll(`
for i in range(20):
    await asyncio.sleep(0.06)
    print('own', i, flush=True)`);
  expect(textOf(second)).toBe(Array.from({ length: 20 }, (_, i) => `own ${i}\n`).join(''));
  await lateEvents(first.id, first.end, Array.from({ length: 20 }, (_, i) => `late ${i}\n`).join(''));
});

it('a subscription with includeLate follows a run beyond its end, until its session ends', async () => {
  const other = (await openSession('notebooks/late.ipynb')).body.id as string;
  const response = await run(
    `
import threading, time
def later():
    for i in range(3):
        time.sleep(0.3)
        print('late', i, flush=True)
threading.Thread(target=later).start()`,
    {},
    other,
  );
  const id = response.headers.get('x-execution-id')!;
  const client = createClient({
    url: `${at.url}/graphql/stream`,
    headers: { authorization: `Bearer ${at.token}` },
  });
  const query = `subscription($id: ID!) { executionEvents(executionId: $id, includeLate: true) {
    sequence type late ... on StreamEvent { text } } }`;
  const events: any[] = [];
  for await (const { data, errors } of client.iterate<any>({ query, variables: { id } })) {
    expect(errors).toBeUndefined();
    events.push(data!.executionEvents);
    if (data!.executionEvents.text?.includes('late 2'))
      expect((await at.rest('DELETE', `/sessions/${other}`)).status).toBe(204);
  }
  client.dispose();
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
  const end = events.findIndex(({ type }) => type === 'final_response');
  expect(events.map(({ late }) => late)).toEqual(events.map((_, i) => i > end));
  expect(events.map(({ text }) => text ?? '').join('')).toBe('late 0\nlate 1\nlate 2\n');
});

it('an expired log keeps its late output as a late reset, and gets no more', async () => {
  const { id, end } = await runToEnd(`
import threading, time
go_on = threading.Event()
def later():
    print('first', flush=True)
    go_on.wait()
    print('second', flush=True)
def begin():
    time.sleep(0.2)
    later()
threading.Thread(target=begin).start()`);
  const [last] = (await lateEvents(id, end, 'first\n')).slice(-1);
  await expect.poll(() => at.gateway.services.executionLog.inUse(), { timeout: 20_000 }).not.toContain(id);
  await pruneLog(at.gateway.services, id);
  const late = await readEvents(await resume(id, end));
  const outputs = [{ output_type: 'stream', name: 'stdout', text: 'first\n' }];
  expect(late).toMatchObject([{ id: last!.id, data: { type: 'reset', outputs, late: true } }]);
  expect((await resume(id, last!.id!)).status).toBe(204);

  await runToEnd('go_on.set(); time.sleep(0.3)');
  expect((await resume(id, last!.id!)).status).toBe(204);
  expect((await at.rest('GET', `${executions()}/${id}`)).body.outputs).toEqual(outputs);
});

it('what a comm message causes while the cell of its comm runs is in the log, at its position', async () => {
  const { events } = await runToEnd(`
import uuid
kernel = get_ipython().kernel
header = dict(kernel.get_parent()['header'])
header['msg_id'] = f"comm_{header['msg_id']}_{uuid.uuid4()}"
content = {'name': 'stdout', 'text': 'caused\\n'}
kernel.session.send(kernel.iopub_socket, 'stream', content, parent={'header': header}, ident=b'stream')
print('own')`);
  expect(textOf(events)).toBe('caused\nown\n');
});
