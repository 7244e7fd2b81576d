import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { provideIpywidgets } from '../../support/ipywidgets.js';
import { comparableCells, nbclientCells, runWithNbclient } from '../../support/nbclient.js';
import { readEvents, type SentEvent } from '../../support/sse.js';
import { at, run, runAll, session, setUpKernels, stream, textOf } from './kernel-fixture.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });
setUpKernels();

beforeAll(async () => {
  const prepare = `${await provideIpywidgets()}
import ipywidgets as widgets
from IPython.display import clear_output, display`;
  expect((await runAll(prepare)).at(-1)!.data).toMatchObject({ status: 'ok', outputs: [] });
});

/** Runs a cell to its end. */
async function runToEnd(code: string, id = session) {
  const response = await run(code, {}, id);
  const events = await readEvents(response);
  expect(events.at(-1)!.data).toMatchObject({ status: 'ok' });
  const executionId = response.headers.get('x-execution-id')!;
  return { executionId, events, end: events.at(-1)!.id!, outputs: events.at(-1)!.data.outputs };
}

const send = (body: object, more: object = {}) =>
  at.rest('POST', `/sessions/${session}/comms`, { body, ...more });
const update = (comm_id: string, state: object) =>
  send({ type: 'comm_msg', comm_id, data: { method: 'update', state, buffer_paths: [] } });
const late = async (executionId: string, end: string) =>
  readEvents(
    await stream(`/sessions/${session}/executions/${executionId}/stream`, {
      headers: { 'last-event-id': end },
    }),
  );

/** The late events of a run, as soon as they fulfil a condition. */
async function lateUntil(
  { executionId, end }: { executionId: string; end: string },
  isThere: (events: SentEvent[]) => boolean,
): Promise<SentEvent[]> {
  let events: SentEvent[] = [];
  await vi.waitFor(
    async () => {
      events = await late(executionId, end);
      expect(isThere(events)).toBe(true);
    },
    { timeout: 20_000, interval: 100 },
  );
  return events;
}

const commOf = (events: SentEvent[], model: string) =>
  events.find(({ data }) => data.type === 'comm_open' && data.data.state._model_name === model)!.data.comm_id;
const capturedBy = (events: SentEvent[], comm_id: string) =>
  events
    .filter(({ data }) => data.type === 'widget_output' && data.comm_id === comm_id)
    .map(({ data }) => data.event);

async function widgetState(id = session): Promise<any> {
  const query = 'query($id: ID!) { space(slug: "demo") { session(id: $id) { widgetState } } }';
  const { data, errors } = await at.graphql(query, { id });
  expect(errors).toBeUndefined();
  return data.space.session.widgetState;
}

it('an Output widget captures what is printed within it, and clears that only', async () => {
  const first = await runToEnd(`
out = widgets.Output()
print('cell')
with out:
    print('within')
    display('shown')
print('after')`);
  const comm = commOf(first.events, 'OutputModel');
  const stdout = (text: string) => ({ output_type: 'stream', name: 'stdout', text });
  const shown = { output_type: 'display_data', data: { 'text/plain': "'shown'" }, metadata: {} };
  expect(first.outputs).toEqual([stdout('cell\nafter\n')]);
  expect(textOf(first.events)).toBe('cell\nafter\n');
  expect(capturedBy(first.events, comm)).toMatchObject([
    { type: 'stream', name: 'stdout', text: 'within\n' },
    { type: 'display_data', data: shown.data },
  ]);
  expect((await widgetState()).state[comm]).toMatchObject({
    ...{ model_name: 'OutputModel', model_module: '@jupyter-widgets/output' },
    state: { outputs: [stdout('within\n'), shown], msg_id: '' },
  });
  const { outputs } = await runToEnd('out.outputs');
  expect(outputs[0].data['text/plain']).toContain("'text': 'within\\n'");

  const second = await runToEnd(`
print('stays')
with out:
    clear_output()
    print('new')
    raise ValueError('within')`);
  expect(second.outputs).toEqual([stdout('stays\n')]);
  const { state } = (await widgetState()).state[comm];
  expect(state.outputs).toMatchObject([stdout('new\n'), { output_type: 'error', ename: 'ValueError' }]);
  expect((await runToEnd('[one["output_type"] for one in out.outputs]')).outputs[0].data).toEqual({
    'text/plain': "['stream', 'error']",
  });
});

it('a message of a client reaches its widget; what the callback prints follows in the log of the widget', async () => {
  const made = await runToEnd(`
slider, log = widgets.IntSlider(), widgets.Output()
def changed(change):
    print('value', change.new)
    with log:
        print('logged', change.new)
slider.observe(changed, 'value')`);
  await runToEnd('1');
  const comm = commOf(made.events, 'IntSliderModel');
  const { status, body } = await update(comm, { value: 7 });
  expect({ status, body }).toEqual({ status: 200, body: { comm_id: comm, execution_id: made.executionId } });
  const log = commOf(made.events, 'OutputModel');
  const events = await lateUntil(made, (all) => capturedBy(all, log).length > 0);
  expect(textOf(events)).toBe('value 7\n');
  expect(events.every(({ data }) => data.late)).toBe(true);
  expect(capturedBy(events, log)).toEqual([{ type: 'stream', name: 'stdout', text: 'logged 7\n' }]);
  const echoes = events.filter(({ data }) => data.type === 'comm_msg' && data.comm_id === comm);
  expect(echoes[0]!.data.data).toMatchObject({ method: 'echo_update', state: { value: 7 } });
  expect((await runToEnd('slider.value')).outputs[0].data['text/plain']).toBe('7');
  expect((await runToEnd('log.outputs[0]["text"]')).outputs[0].data['text/plain']).toBe("'logged 7\\n'");
  expect((await widgetState()).state[comm].state.value).toBe(7);
});

it('opens and closes a comm of its own, with buffers, and the kernel answers on it', async () => {
  const target = await runToEnd(`
def opened(comm, message):
    print('opened', message['content']['data'], message['metadata'], bytes(message['buffers'][0]))
    comm.on_close(lambda message: print('closed', message['content']['data']))
    @comm.on_msg
    def answer(message):
        comm.send({'twice': message['content']['data']['value'] * 2}, buffers=[b'\\x00\\x01'])
get_ipython().kernel.comm_manager.register_target('doubler', opened)`);
  const own = { comm_id: 'mine' };
  const opening = {
    type: 'comm_open',
    ...own,
    target_name: 'doubler',
    data: { big: 1 },
    metadata: { m: true },
  };
  const query = `mutation($input: CommMessageInput!) {
    sendCommMessage(spaceSlug: "demo", sessionId: "${session}", input: $input) { commId executionId } }`;
  const input = {
    ...{ type: 'comm_open', commId: 'mine', targetName: 'doubler', buffers: ['aGk='] },
    ...{ data: opening.data, metadata: opening.metadata },
  };
  const { data } = await at.graphql(query, { input });
  expect(data.sendCommMessage).toEqual({ commId: 'mine', executionId: target.executionId });
  const raw = `{"type":"comm_msg","comm_id":"mine","data":{"value":12345678901234567890}}`;
  expect((await at.rest('POST', `/sessions/${session}/comms`, { raw })).status).toBe(200);
  expect((await send({ type: 'comm_close', ...own, data: { why: 'done' } })).status).toBe(200);
  const events = await lateUntil(target, (all) => textOf(all).includes('closed'));
  expect(textOf(events)).toBe("opened {'big': 1} {'m': True} b'hi'\nclosed {'why': 'done'}\n");
  const answer = events.find(({ data }) => data.type === 'comm_msg')!.data;
  expect(answer).toMatchObject({ comm_id: 'mine', buffers: ['AAE='] });
});

it('a comm that is no widget is asked for once, however often it says that it captures output', async () => {
  await runToEnd(`
import comm
manager, asked = get_ipython().kernel.comm_manager, []
describe = manager.targets['jupyter.widget.control']
def counting(control, message):
    asked.append(1)
    describe(control, message)
manager.register_target('jupyter.widget.control', counting)
other = comm.create_comm(target_name='x')
def hook():
    parent = get_ipython().kernel.get_parent()['header']['msg_id']
    other.send({'method': 'update', 'state': {'msg_id': parent}})
hook()`);
  const asked = async () => (await runToEnd('len(asked)')).outputs[0].data['text/plain'];
  await expect.poll(asked, { timeout: 20_000 }).toBe('1');
  for (const _ of [1, 2, 3]) expect(await asked()).toBe('1');
  // The kernel has said that it is no widget: its cell gets what it prints.
  const { outputs } = await runToEnd("print('cell')");
  expect(outputs).toMatchObject([{ text: 'cell\n' }]);
  await runToEnd("manager.register_target('jupyter.widget.control', describe)");
});

it('a message on a comm that another client opened belongs to the newest execution', async () => {
  const { executionId } = await runToEnd(`
kernel = get_ipython().kernel
header = {**kernel.get_parent()['header'], 'msg_id': '0b0e2f0a-5c4f-4f0e-9d0b-0123456789ab'}
content = {'comm_id': 'foreign', 'target_name': 'x', 'data': {}}
_ = kernel.session.send(kernel.iopub_socket, 'comm_open', content, parent={'header': header})`);
  const { body } = await send({ type: 'comm_msg', comm_id: 'foreign', data: {} });
  expect(body).toEqual({ comm_id: 'foreign', execution_id: executionId });
});

it('saved outputs of one cell leave the saved widgets of the others', async () => {
  const path = 'notebooks/welcome.ipynb';
  const stateType = 'application/vnd.jupyter.widget-state+json';
  const data = { 'application/vnd.jupyter.widget-view+json': { model_id: 'saved', version_major: 2 } };
  const shown = { output_type: 'display_data', data, metadata: {} };
  const saved = { model_name: 'AnyModel', model_module: 'any', model_module_version: '1', state: {} };
  const document = { version_major: 2, version_minor: 0, state: { saved } };
  const code = 'widgets.IntSlider(value=3)';
  const cells = [codeCell('one', code), codeCell('two', '2', { outputs: [shown] })];
  const notebook = codeNotebook(cells, { widgets: { [stateType]: document } });
  const file = `/workspaces/${demo.workspaceId}/authoring-file`;
  expect((await at.rest('PUT', file, { body: { path, notebook } })).status).toBe(200);
  const response = await run(code, { cell_id: 'one', save_outputs: true });
  const { data: end } = (await readEvents(response)).at(-1)!;
  const { model_id } = end.outputs[0].data['application/vnd.jupyter.widget-view+json'];
  const states = async () => {
    const { body } = await at.rest('GET', `${file}?path=${path}&branch=main`);
    return body.notebook.metadata.widgets[stateType].state;
  };
  await expect
    .poll(states, { timeout: 20_000 })
    .toMatchObject({ saved, [model_id]: { model_name: 'IntSliderModel' } });
});

/**
 * Ids of widgets differ from run to run. Describes each widget with those that it refers to, in the order of the
 * descriptions.
 */
function comparableWidgets({ metadata }: any): string[] {
  const { state, ...version } = metadata.widgets['application/vnd.jupyter.widget-state+json'];
  const describe = (id: string): string => {
    const text = JSON.stringify(state[id], (_key, value) =>
      value?.constructor === Object ? Object.fromEntries(Object.entries(value).sort()) : value,
    );
    return text
      .replace(/IPY_MODEL_([0-9a-f]{32})/g, (_all, other: string) => describe(other))
      .replace(/ipykernel_\d+/g, 'ipykernel');
  };
  return [JSON.stringify(version), ...Object.keys(state).map(describe).sort()];
}

const withoutModelIds = (cells: any[]) =>
  comparableCells(JSON.parse(JSON.stringify(cells).replace(/"model_id":"[0-9a-f]{32}"/g, '"model_id":""')));

it("nbclient's own notebooks of widgets have the outputs and the widgets that nbclient gives them", async () => {
  const names = ['Output', 'JupyterWidgets', 'Other Comms', 'Clear Output'];
  const sources = [await provideIpywidgets(), ...(await Promise.all(names.map(nbclientCells))).flat()];
  const notebook = codeNotebook(sources.map((source, i) => codeCell(`cell-${i}`, source)));
  const files = `/workspaces/${demo.workspaceId}/authoring-file`;
  const folder = `notebooks/${randomUUID()}`;
  const path = `${folder}/nbclient.ipynb`;
  const create = (at_path: string, body: object) =>
    at.rest('POST', `${files}s`, { body: { path: at_path, notebook: body } });
  const read = async (at_path: string) =>
    (await at.rest('GET', `${files}?path=${at_path}&branch=main`)).body.notebook;
  expect((await create(path, notebook)).status).toBe(201);
  const [expected, { body }] = await Promise.all([
    runWithNbclient(notebook),
    at.rest('POST', '/runs', { body: { workspace_id: demo.workspaceId, path } }),
  ]);
  const ended = async () => (await at.rest('GET', `/runs/${body.id}`)).body.status;
  await expect.poll(ended, { timeout: 120_000, interval: 200 }).toBe('ok');
  const ran = await read(path);
  expect(ran.cells.at(-1).outputs).toEqual([]);
  // As the gateway answers a file: with the lines of a text joined.
  expect((await create(`${folder}/expected.ipynb`, expected)).status).toBe(201);
  const other = await read(`${folder}/expected.ipynb`);
  expect(withoutModelIds(ran.cells)).toEqual(withoutModelIds(other.cells));
  expect(comparableWidgets(ran)).toEqual(comparableWidgets(other));
}, 180_000);
