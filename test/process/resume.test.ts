import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { callDemo, sendJson } from '../support/demo-requests.js';
import { codeCell, codeNotebook } from '../support/factories/code-notebook.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { provideIpywidgets } from '../support/ipywidgets.js';
import { testPython } from '../support/jupyter.js';
import { parseEvents, readEvents, type SentEvent } from '../support/sse.js';

vi.setConfig({ testTimeout: 150_000, hookTimeout: 300_000 });

let dataDir: string;
let gateway: GatewayProcess;
let token: string;
beforeAll(async () => {
  await testPython();
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-resume-'));
  gateway = await startGatewayProcess(dataDir);
  token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
});
afterAll(async () => {
  const workers = (await (await call('GET', '/workers')).json()) as { items: { id: string }[] };
  for (const { id } of workers.items) await call('DELETE', `/workers/${id}`);
  await gateway.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

const call = (method: string, path: string, body?: object, headers?: Record<string, string>) =>
  callDemo({ url: gateway.url, token }, method, path, body, headers);
async function graph(query: string, variables: object): Promise<any> {
  const response = await sendJson({ url: gateway.url, token }, 'POST', '/graphql', { query, variables });
  return ((await response.json()) as { data: any }).data;
}
const runOf = async (id: string) =>
  (
    await graph(
      `query($id: ID!) { space(slug: "demo") { notebookRun(id: $id) {
        status savePath savedCommitSha cells { nodes { execution { status } } } } } }`,
      { id },
    )
  ).space.notebookRun;
const textOf = (events: SentEvent[]) => events.map(({ data }) => data.text ?? '').join('');
const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}\n`).join('');
const printLines = (count: number) =>
  `import time\nfor i in range(${count}):\n    print('line', i, flush=True)\n    time.sleep(0.1)`;

async function openSession(path: string): Promise<string> {
  const opened = await call('POST', '/sessions', { workspace_id: demo.workspaceId, path });
  return ((await opened.json()) as { id: string }).id;
}

/** A run that is followed until it has printed something, or asks for input. */
class Followed {
  readonly events: SentEvent[] = [];

  readonly session: string;
  readonly id: string;

  private constructor(session: string, id: string) {
    this.session = session;
    this.id = id;
  }

  static async begin(session: string, code: string, more: object = {}): Promise<Followed> {
    const response = await call('POST', `/sessions/${session}/execute/stream`, { code, ...more });
    const run = new Followed(session, response.headers.get('x-execution-id')!);
    const isShown = ({ data }: SentEvent) => data.type === 'stream' || data.type === 'input_request';
    run.events.push(...(await readEvents(response, isShown)));
    return run;
  }

  /** Queues a cell behind others; its events are not read yet. */
  static async queue(session: string, code: string): Promise<Followed> {
    const response = await call('POST', `/sessions/${session}/execute/stream`, { code });
    const run = new Followed(session, response.headers.get('x-execution-id')!);
    run.events.push(...(await readEvents(response, () => true)));
    return run;
  }

  /** Resumes after the last event; the numbers must have no gap. */
  async resume(until?: (event: SentEvent) => boolean): Promise<SentEvent> {
    const after = this.events.at(-1)!.id!;
    const path = `/sessions/${this.session}/executions/${this.id}/stream`;
    const response = await call('GET', path, undefined, { 'last-event-id': after });
    if (response.status !== 204) this.events.push(...(await readEvents(response, until)));
    expect(this.events.map(({ id }) => id)).toEqual(this.events.map((_, i) => String(i + 1)));
    return this.events.at(-1)!;
  }
}

/**
 * Reads the comms of a session until the stream ends, breaks, or `until` returns true.
 * @returns what came, and whether the gateway completed the stream
 */
async function readComms(session: string, until: (item: any) => boolean) {
  const query = `subscription { sessionComms(spaceSlug: "demo", sessionId: "${session}") {
    type ... on SessionWidgetState { state } ... on SessionCommMessage { commId messageId data } } }`;
  const accept = { accept: 'text/event-stream' };
  const response = await sendJson({ url: gateway.url, token }, 'POST', '/graphql/stream', { query }, accept);
  const items: any[] = [];
  let isComplete = false;
  const take = ({ event, data }: SentEvent) => {
    isComplete ||= event === 'complete';
    if (event === 'next') items.push(data.data.sessionComms);
    return event === 'next' && until(items.at(-1));
  };
  await readEvents(response, take).catch(() => {});
  return { items, isComplete };
}

describe('after kill -9 of the gateway', () => {
  let printing: Followed;
  let queued: Followed[];
  let ended: Followed;
  let asking: Followed;
  let dying: Followed;
  let late: Followed;
  let tooLong: Followed;
  let interrupted: Followed;
  let whole: string;
  let made: Followed;
  let capturing: Followed;
  let comms: ReturnType<typeof readComms>;
  beforeAll(async () => {
    const withWidget = await openSession('notebooks/capturing.ipynb');
    const widget =
      "import ipywidgets\nout = ipywidgets.Output()\nwith out:\n    print('base')\nprint('made')";
    made = await Followed.begin(withWidget, `${await provideIpywidgets()}\n${widget}`);
    expect(await made.resume()).toMatchObject({ data: { status: 'ok' } });
    comms = readComms(withWidget, () => false);
    const files = `/workspaces/${demo.workspaceId}/authoring-files`;
    const sources = [
      "seen = ['a']",
      // Until another cell lets it go on.
      "import os, time\nwhile not os.path.exists('go'): time.sleep(0.1)\nseen.append('b')",
      "seen.append('c')\nprint(seen)",
    ];
    const cells = sources.map((source, index) => codeCell(`cell-${index}`, source));
    await call('POST', files, { path: 'notebooks/whole.ipynb', notebook: codeNotebook(cells) });
    const begun = await graph(
      'mutation($input: RunNotebookInput!) { runNotebook(spaceSlug: "demo", input: $input) { id } }',
      { input: { workspaceId: demo.workspaceId, path: 'notebooks/whole.ipynb' } },
    );
    whole = begun.runNotebook.id;
    const names = ['asking', 'late', 'long', 'printing', 'dying', 'ended', 'interrupted'];
    const sessions: string[] = [];
    for (const name of names) sessions.push(await openSession(`notebooks/${name}.ipynb`));
    const second = async () => expect((await runOf(whole)).cells.nodes[1].execution?.status).toBe('running');
    await vi.waitFor(second, { timeout: 60_000, interval: 50 });
    const append = (text: string) => `_ = open('order.txt', 'a').write('${text}')`;
    asking = await Followed.begin(sessions[0]!, "print('hello', input('Name? '))");
    late = await Followed.begin(
      sessions[1]!,
      "import asyncio\nasync def later():\n    await asyncio.sleep(4)\n    print('late')\n" +
        "task = asyncio.create_task(later())\nprint('now')",
    );
    await late.resume();
    capturing = await Followed.begin(
      withWidget,
      `print('begun', flush=True)\nwith out:\n${printLines(80).replace(/^/gm, '    ')}`,
    );
    tooLong = await Followed.begin(sessions[2]!, "import time\nprint('begun', flush=True)\ntime.sleep(60)", {
      timeout_seconds: 4,
    });
    printing = await Followed.begin(sessions[3]!, `${printLines(80)}\n${append('a')}`);
    queued = [];
    for (const text of ['b', 'c']) queued.push(await Followed.queue(printing.session, append(text)));
    dying = await Followed.begin(
      sessions[4]!,
      "import os, time\nprint('before', flush=True)\ntime.sleep(2)\nprint('after', flush=True)\ntime.sleep(0.3)\nos._exit(1)",
    );
    const slow =
      "import time\nprint('before', flush=True)\ntime.sleep(1.5)\nprint('after', flush=True)\n6 * 7";
    const path = 'notebooks/ended.ipynb';
    await call('POST', files, { path, notebook: codeNotebook([codeCell('slow', slow)]) });
    ended = await Followed.begin(sessions[5]!, slow, { cell_id: 'slow', save_outputs: true });
    interrupted = await Followed.begin(
      sessions[6]!,
      "import time\nprint('begun', flush=True)\ntry:\n    time.sleep(60)\n" +
        "except KeyboardInterrupt:\n    print('interrupted', flush=True)\n    time.sleep(1)\n    raise",
      { timeout_seconds: 0.5 },
    );
    await interrupted.resume(({ data }) => data.text === 'interrupted\n');
    await gateway.kill('SIGKILL');
    gateway = await startGatewayProcess(dataDir);
  });

  it('a run goes on with the same id, each line once and in order, and queued cells run once after it', async () => {
    expect(await printing.resume()).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
    expect(textOf(printing.events)).toBe(lines(80));
    expect(printing.events.at(-1)!.data.outputs).toEqual([
      { output_type: 'stream', name: 'stdout', text: lines(80) },
    ]);
    for (const run of queued) expect(await run.resume()).toMatchObject({ data: { status: 'ok' } });
    const read = await Followed.begin(printing.session, "print(open('order.txt').read())");
    expect(textOf(read.events)).toBe('abc\n');
  });

  it('a run that ended meanwhile has its outputs and its true end', async () => {
    expect(await ended.resume()).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
    expect(ended.events.at(-1)!.data.outputs).toMatchObject([
      { text: 'before\nafter\n' },
      { output_type: 'execute_result', data: { 'text/plain': '42' } },
    ]);
  });

  it('what was to be saved of it is in its cell, with one commit', async () => {
    const path = `/workspaces/${demo.workspaceId}/authoring-file?path=notebooks/ended.ipynb`;
    const read = async () => (await (await call('GET', path)).json()) as any;
    await expect
      .poll(async () => (await read()).notebook.cells[0].outputs.length, { timeout: 20_000 })
      .toBe(2);
    const { notebook, notebook_id } = await read();
    expect(notebook.cells[0].outputs).toEqual(ended.events.at(-1)!.data.outputs);
    const versions = (await (await call('GET', `/documents/${notebook_id}/versions`)).json()) as any;
    expect(versions.total).toBe(2);
  });

  it('a run that waits for input can be answered', async () => {
    const { request_id } = asking.events.find(({ data }) => data.type === 'input_request')!.data;
    const path = `/sessions/${asking.session}/executions/${asking.id}/input`;
    expect((await call('POST', path, { request_id, value: 'Ada' })).status).toBe(200);
    expect(await asking.resume()).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
    expect(textOf(asking.events)).toContain('hello Ada\n');
  });

  it('a kernel that died meanwhile ends its run with all that was printed', async () => {
    expect(await dying.resume()).toMatchObject({
      event: 'error',
      data: { code: 'kernel_died', retryable: false },
    });
    expect(textOf(dying.events)).toBe('before\nafter\n');
  });

  it('a run whose time passed meanwhile is interrupted', async () => {
    expect(await tooLong.resume()).toMatchObject({ event: 'final_response', data: { status: 'timed_out' } });
    expect(textOf(tooLong.events)).toBe('begun\n');
  });

  it('a run that was interrupted for its time before has timed out, though it ended meanwhile', async () => {
    const end = { event: 'final_response', data: { status: 'timed_out' } };
    expect(await interrupted.resume()).toMatchObject(end);
    expect(interrupted.events.map(({ data }) => data.ename)).toContain('KeyboardInterrupt');
  });

  it('the run of a whole notebook goes on behind its cell, runs each once, and is saved', async () => {
    expect((await runOf(whole)).status).toBe('running');
    await Followed.begin(printing.session, "open('go', 'w').close()\nprint('gone on')");
    await expect.poll(async () => (await runOf(whole)).status, { timeout: 60_000 }).toBe('ok');
    const path = `/workspaces/${demo.workspaceId}/authoring-file?path=notebooks/whole.ipynb`;
    const saved = (await (await call('GET', path)).json()) as any;
    expect(saved.commit_sha).toBe((await runOf(whole)).savedCommitSha);
    expect(saved.notebook.cells[2].outputs).toMatchObject([{ text: "['a', 'b', 'c']\n" }]);
  });

  it('an Output widget has each line that was printed within it, in the log and in its state', async () => {
    expect(await capturing.resume()).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
    expect(textOf(capturing.events)).toBe('begun\n');
    const captured = capturing.events.flatMap(({ data }) => (data.type === 'widget_output' ? [data] : []));
    expect(captured.map(({ event }) => event.text).join('')).toBe(lines(80));
    const read = 'query($id: ID!) { space(slug: "demo") { session(id: $id) { widgetState } } }';
    const outputs = async () => {
      const { session } = (await graph(read, { id: capturing.session })).space;
      return session.widgetState?.state[captured[0]!.comm_id]?.state.outputs;
    };
    const all = [{ output_type: 'stream', name: 'stdout', text: `base\n${lines(80)}` }];
    await expect.poll(outputs, { timeout: 20_000 }).toEqual(all);
    const inKernel = "print(*(one['text'] for one in out.outputs), sep='')";
    await expect
      .poll(async () => textOf((await Followed.begin(capturing.session, inKernel)).events), {
        timeout: 20_000,
      })
      .toBe(`${all[0]!.text}\n`);
  });

  it('the comms of a session begin with the state of its widgets again, and go on', async () => {
    const layout = made.events.find(
      ({ data }) => data.type === 'comm_open' && data.data.state._model_name === 'LayoutModel',
    )!.data.comm_id;
    const messageId = randomUUID();
    const change = async () => {
      const data = { method: 'update', state: { width: '10px' }, buffer_paths: [] };
      const answer = await graph(
        `mutation($id: ID!, $input: CommMessageInput!) {
          sendCommMessage(spaceSlug: "demo", sessionId: $id, input: $input) { executionId } }`,
        { id: made.session, input: { type: 'comm_msg', commId: layout, messageId, data } },
      );
      expect(answer.sendCommMessage.executionId).toBe(made.id);
    };
    const isEcho = (item: any) => item.messageId === messageId;
    const before = await comms;
    expect(before.isComplete).toBe(false);
    let changed: Promise<void> | undefined;
    const { items } = await readComms(made.session, (item) => {
      changed ??= change();
      return isEcho(item);
    });
    await changed;
    for (const [first] of [before.items, items]) {
      expect(first.type).toBe('widget_state');
      expect(first.state.state[layout].model_name).toBe('LayoutModel');
    }
    expect(items.filter(isEcho)).toMatchObject([{ commId: layout, data: { state: { width: '10px' } } }]);
  });

  it('a comm that was opened before still belongs to the execution that opened it, and an unknown one to the newest', async () => {
    const opening = made.events.find(
      ({ data }) => data.type === 'comm_open' && data.data.state._model_name === 'OutputModel',
    )!;
    const executionOf = async (comm_id: string) => {
      const body = { type: 'comm_msg', comm_id, data: { method: 'update', state: {} } };
      const answer = await call('POST', `/sessions/${made.session}/comms`, body);
      return ((await answer.json()) as { execution_id: string }).execution_id;
    };
    expect(await executionOf(opening.data.comm_id)).toBe(made.id);
    const list = (await (await call('GET', `/sessions/${made.session}/executions`)).json()) as any;
    expect(await executionOf('%')).toBe(list.items[0].id);
  });

  it('late output of that time follows its run', async () => {
    await expect.poll(() => late.resume(), { timeout: 20_000 }).toMatchObject({ data: { late: true } });
    expect(textOf(late.events)).toBe('now\nlate\n');
  });
});

it('after SIGTERM streams end without a last event, and runs and queued cells go on in the next gateway', async () => {
  const run = await Followed.begin(await openSession('notebooks/stopped.ipynb'), printLines(60));
  const next = await Followed.queue(run.session, "print('next')");
  const path = `/sessions/${run.session}/executions/${run.id}/stream`;
  const open = await call('GET', path, undefined, { 'last-event-id': run.events.at(-1)!.id! });
  const text = open.text();
  await gateway.kill('SIGTERM');
  expect(await text).toMatch(/(?:^|\n\n)retry: 2000\n\n$/);
  run.events.push(...parseEvents(await text));
  expect(run.events.every(({ event }) => event === 'notebook_event')).toBe(true);
  gateway = await startGatewayProcess(dataDir);
  expect(await run.resume()).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
  expect(textOf(run.events)).toBe(lines(60));
  expect(await next.resume()).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
  expect(textOf(next.events)).toBe('next\n');
});
