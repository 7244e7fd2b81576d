import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { readComms } from '../../../src/executions/widgets/read-comms.js';
import { makeUser } from '../../support/factories/make-user.js';
import { provideIpywidgets } from '../../support/ipywidgets.js';
import { type Watch, watch } from '../replicas/replica-fixture.js';
import { at, openSession, runAll, session, setUpKernels } from './kernel-fixture.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });
const patient = { timeout: 30_000 };
setUpKernels();

const prepare = async () => `${await provideIpywidgets()}
import ipywidgets as widgets
from IPython.display import clear_output, display`;

beforeAll(async () => {
  await execute(await prepare());
});

const open: Watch[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.leave();
});

const fields = `{ type ... on SessionWidgetState { state }
  ... on SessionCommMessage { commId targetName metadata data buffers messageId } }`;

/** Follows the comms of a session, from the state of its widgets on. */
async function follow(id = session, token = at.token) {
  const stream = watch(at, `sessionComms(spaceSlug: "demo", sessionId: "${id}") ${fields}`, token);
  open.push(stream);
  await expect.poll(() => stream.values.length, patient).toBeGreaterThan(0);
  return stream;
}

async function execute(code: string, id = session) {
  const events = await runAll(code, {}, id);
  expect(events.at(-1)!.data).toMatchObject({ status: 'ok' });
  return events.at(-1)!.data.outputs;
}

const send = (input: object) =>
  at.graphql(
    `mutation($input: CommMessageInput!) {
      sendCommMessage(spaceSlug: "demo", sessionId: "${session}", input: $input) { executionId } }`,
    { input },
  );
const updateOf = (commId: string, state: object, more: object = {}) =>
  send({ type: 'comm_msg', commId, data: { method: 'update', state, buffer_paths: [] }, ...more });
const modelOf = (stream: Watch, name: string): string =>
  stream.values.find(({ type, data }) => type === 'comm_open' && data.state._model_name === name).commId;
const statesOf = (stream: Watch, commId: string) =>
  stream.values
    .filter((one) => one.commId === commId && one.type === 'comm_msg')
    .map(({ data, messageId }) => ({ method: data.method, ...data.state, ...(messageId && { messageId }) }));

it('begins with the state of the widgets, then each message follows, whatever caused it', async () => {
  const first = await follow();
  await execute('slider = widgets.IntSlider(value=3); slider.observe(lambda c: print(c.new), "value")');
  await expect.poll(() => first.values.at(-1)?.data?.state?._model_name, patient).toBe('IntSliderModel');
  const slider = modelOf(first, 'IntSliderModel');
  const opening = first.values.find(({ commId }) => commId === slider);
  expect(opening).toMatchObject({
    targetName: 'jupyter.widget',
    metadata: { version: '2.1.0' },
    messageId: null,
  });
  // A later viewer needs nothing of that.
  const second = await follow();
  expect(second.values[0]).toMatchObject({ type: 'widget_state', state: { version_major: 2 } });
  expect(second.values[0].state.state[slider].state).toMatchObject({ value: 3 });
  const messageId = randomUUID();
  const { data } = await updateOf(slider, { value: 7 }, { messageId });
  expect(data.sendCommMessage.executionId).not.toBeNull();
  const echo = { method: 'echo_update', value: 7, messageId };
  for (const one of [first, second]) await expect.poll(() => statesOf(one, slider), patient).toEqual([echo]);
  await execute(`
import threading, time
def later():
    time.sleep(0.3)
    slider.value = 9
threading.Thread(target=later).start()`);
  const update = { method: 'update', value: 9 };
  for (const one of [first, second])
    await expect.poll(() => statesOf(one, slider), patient).toEqual([echo, update]);
  await execute('slider.close()');
  for (const one of [first, second])
    await expect.poll(() => one.values.at(-1), patient).toMatchObject({ type: 'comm_close', commId: slider });
});

it('what an Output captures is an update of it, also while its cell runs', async () => {
  const stream = await follow();
  const running = runAll(`
import time
out = widgets.Output()
with out:
    print('first')
    time.sleep(8)
    print('second')`);
  const shown = () =>
    stream.values.flatMap(({ data }) => data?.state?.outputs?.map(({ text }: any) => text) ?? []).at(-1);
  await expect.poll(shown, patient).toBe('first\n');
  const queued = `{ space(slug: "demo") { session(id: "${session}") { status } } }`;
  expect((await at.graphql(queued)).data.space.session.status).toBe('busy');
  await running;
  await expect.poll(shown, patient).toBe('first\nsecond\n');
  const late = await follow();
  const { state } = late.values[0].state.state[modelOf(stream, 'OutputModel')];
  expect(state.outputs).toMatchObject([{ output_type: 'stream', text: 'first\nsecond\n' }]);
});

it('the state is the same object for all who read it, until something is captured or changed', async () => {
  const stateNow = async () => (await readComms(at.gateway.services, session, null)).state!;
  await execute("shown = widgets.Output()\nwith shown: print('one')");
  const first = await stateNow();
  expect(await stateNow()).toBe(first);
  await execute("with shown: print('two')");
  const second = await stateNow();
  expect(second).not.toBe(first);
  expect(JSON.stringify(second)).toContain('two');
  expect(JSON.stringify(first)).not.toContain('two');
});

it('buffers come as base64, and comms that are no widgets come too', async () => {
  const stream = await follow();
  await execute(`
import comm
plain = comm.create_comm(target_name='plain', data={'n': 1.0}, buffers=[b'hi'])
plain.send({'more': True}, buffers=[b'\\x00\\x01'])
def opened(comm, message):
    comm.on_msg(lambda m: comm.send({'answer': 1}))
get_ipython().kernel.comm_manager.register_target('answering', opened)`);
  // What a widget of an earlier test captured may come yet.
  const ofPlain = () => stream.values.slice(1).filter(({ data }) => data?.method === undefined);
  const values = () => ofPlain().map(({ commId: _, metadata: __, ...rest }) => rest);
  const comms = [
    { type: 'comm_open', targetName: 'plain', data: { n: 1 }, buffers: ['aGk='], messageId: null },
    { type: 'comm_msg', targetName: null, data: { more: true }, buffers: ['AAE='], messageId: null },
  ];
  await expect.poll(values, patient).toEqual(comms);
  const messageId = randomUUID();
  const commId = 'of-a-client';
  await send({ type: 'comm_open', commId, targetName: 'answering', messageId });
  await send({ type: 'comm_msg', commId });
  await send({ type: 'comm_close', commId });
  const types = () => stream.values.filter((one) => one.commId === commId).map(({ type }) => type);
  await expect.poll(() => types().toSorted(), patient).toEqual(['comm_close', 'comm_msg', 'comm_open']);
  expect(stream.values.find((one) => one.commId === commId)).toMatchObject({ type: 'comm_open', messageId });
});

it('what the kernel sends unasked as the states of all widgets, or as their end, changes nothing', async () => {
  const stream = await follow();
  await execute(`
import comm
kernel = get_ipython().kernel
forged = {'method': 'update_states', 'states': {'forged': {'state': {'_model_name': 'M', '_model_module': 'm'}}}}
for kind, data in [('comm_msg', forged), ('comm_close', {})]:
    content = {'comm_id': 'notebook-gateway-forged', 'data': data}
    _ = kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
marker = comm.create_comm(target_name='marker')`);
  await expect.poll(() => stream.values.at(-1)?.targetName, patient).toBe('marker');
  expect(stream.values.map(({ type }) => type)).toEqual(['widget_state', 'comm_open']);
  const late = await follow();
  expect(late.values[0].state.state).not.toHaveProperty('forged');
});

it('a restart, a dead kernel and its revival come as states', async () => {
  const { body } = await openSession('notebooks/restarted.ipynb');
  const stream = await follow(body.id);
  await execute(`${await prepare()}\nslider = widgets.IntSlider()`, body.id);
  const restart = `mutation { restartSession(spaceSlug: "demo", id: "${body.id}") { status } }`;
  await at.graphql(restart);
  const states = () =>
    stream.values.filter(({ type }) => type === 'widget_state').map(({ state }) => state?.state);
  await expect.poll(states, patient).toEqual([{}, {}]);
  await at.graphql(`mutation { executeCell(spaceSlug: "demo", sessionId: "${body.id}",
    input: { code: "import os; os._exit(1)" }) { id } }`);
  // The Jupyter server may start the kernel again by itself, or not.
  await expect.poll(() => states().length, patient).toBeGreaterThan(2);
  await at.graphql(restart);
  await expect.poll(() => states().at(-1), patient).toEqual({});
  await at.graphql(`mutation { deleteSession(spaceSlug: "demo", id: "${body.id}") }`);
  await stream.ended;
  expect(JSON.stringify(stream.values.at(-1))).toContain('not_found');
});

it('pages of what happened are read with a cursor', async () => {
  const read = async (after: string | null) => {
    const query = `query($after: String) { space(slug: "demo") { session(id: "${session}") {
      comms(after: $after) { cursor isReset state messages { commId data } } } } }`;
    const { data, errors } = await at.graphql(query, { after });
    expect(errors).toBeUndefined();
    return data.space.session.comms;
  };
  const begin = await read(null);
  expect(begin).toMatchObject({ isReset: true, messages: [], state: { version_major: 2 } });
  await execute('progress = widgets.IntProgress(max=5000)\nfor i in range(300): progress.value = i');
  const first = await read(begin.cursor);
  expect(first).toMatchObject({ isReset: false, state: null });
  expect(first.messages).toHaveLength(256);
  const second = await read(first.cursor);
  const values = [...first.messages, ...second.messages].flatMap(({ data }) => data.state.value ?? []);
  expect(values).toEqual([...Array(300).keys()]);
  await execute('for i in range(1100): progress.value = i + 1000');
  const third = await read(second.cursor);
  expect(third).toMatchObject({ isReset: true, messages: [] });
});

it('a message id is a UUID; one that waits is not taken again', async () => {
  const { errors } = await send({ type: 'comm_msg', commId: 'c', messageId: 'mine' });
  expect(errors?.[0].extensions).toMatchObject({ code: 'invalid_request' });
  const running = runAll('import time; time.sleep(3)');
  await expect
    .poll(async () => (await at.rest('GET', `/sessions/${session}`)).body.status, patient)
    .toBe('busy');
  const messageId = randomUUID();
  const message = { type: 'comm_msg', commId: 'c', messageId };
  expect((await send(message)).errors).toBeUndefined();
  const again = await send({ ...message, messageId: messageId.toUpperCase() });
  expect(again.errors?.[0].extensions).toMatchObject({
    code: 'invalid_request',
    errors: [{ path: ['messageId'] }],
  });
  await running;
});

it('a stranger gets nothing, a viewer who loses the workspace no more', async () => {
  const { prisma } = at.gateway.services;
  const stranger = await makeUser(at);
  const none = await follow(session, stranger.token);
  expect(JSON.stringify(none.values)).toContain('not_found');
  const viewer = await makeUser(at, { role: 'viewer' });
  const stream = await follow(session, viewer.token);
  expect(stream.values[0].type).toBe('widget_state');
  await prisma.spaceMember.deleteMany({ where: { userId: viewer.id } });
  await stream.ended;
  expect(JSON.stringify(stream.values.at(-1))).toContain('not_found');
});
