import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { JupyterClient } from '../../../src/engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../../../src/engines/kernels/kernel-connection.js';
import type { KernelEvent } from '../../../src/engines/kernels/kernel-event.js';
import { startTestJupyter, type TestJupyter } from '../../support/jupyter.js';
import { ofType, printed, runCell, startPython, untilStatus } from '../../support/kernel.js';
import { openTcpProxy, type TcpProxy } from '../../support/tcp-proxy.js';

let jupyter: TestJupyter;
let proxy: TcpProxy;
beforeAll(async () => {
  jupyter = await startTestJupyter();
  proxy = await openTcpProxy(Number(new URL(jupyter.endpoint.baseUrl).port));
}, 300_000);
afterAll(async () => {
  await proxy?.close();
  await jupyter?.close();
}, 30_000);

let client: JupyterClient;
let kernel: KernelConnection;
const start = async () => {
  client = newClient();
  kernel = await startPython(client);
};
const remove = async () => {
  await client.removeKernel(kernel.kernelId);
  client.dispose();
};

const newClient = () =>
  new JupyterClient({ ...jupyter.endpoint, baseUrl: `http://127.0.0.1:${proxy.port}/` });
const attach = (runId?: string) =>
  client.attachKernel({
    ...{ kernelId: kernel.kernelId, clientId: randomUUID(), runId },
    signal: AbortSignal.timeout(30_000),
  });
const lines = (count: number) => Array.from({ length: count }, (_, i) => `${i}\n`).join('');

/** What a client that keeps its durable position has of one run. */
class Reader {
  readonly messageId = randomUUID();
  readonly events: KernelEvent[] = [];
  position = 0;
  readonly #code: string;
  readonly #onLine: (count: number) => void;
  #count = 0;

  constructor(code: string, onLine: (count: number) => void = () => {}) {
    this.#code = code;
    this.#onLine = onLine;
  }

  read(on: KernelConnection) {
    const request = { code: this.#code, messageId: this.messageId };
    return on.execute(request, (event, position = 0) => {
      if (position !== 0 && position <= this.position) return;
      this.position = Math.max(this.position, position);
      this.events.push(event);
      if (event.type !== 'stream') return;
      this.#count += event.text.split('\n').length - 1;
      this.#onLine(this.#count);
    });
  }

  /** Resolves when so many lines have been printed, and leaves the kernel then. */
  async readUntil(on: KernelConnection, count: number): Promise<void> {
    const left = this.read(on).catch((error) => error);
    await expect.poll(() => this.#count, { timeout: 30_000, interval: 5 }).toBeGreaterThanOrEqual(count);
    on.dispose('released');
    await left;
  }
}

describe('a connection through the relay', { timeout: 90_000 }, () => {
  beforeEach(start, 60_000);
  afterEach(remove, 30_000);

  test('is exact', () => {
    expect(kernel.isExact).toBe(true);
    expect(kernel.spool).toMatch(/^[0-9a-f]{32}$/);
  });

  test('gets each of 20,000 flushed prints once while it is cut ten times', async () => {
    let cuts = 0;
    const reader = new Reader('for i in range(20_000): print(i, flush=True)', (count) => {
      if (count < (cuts + 1) * 1_900) return;
      cuts += 1;
      kernel.relay?.acknowledge(reader.position);
      proxy.cut();
    });
    expect((await reader.read(kernel)).status).toBe('ok');
    expect(cuts).toBe(10);
    expect(printed(reader.events)).toBe(lines(20_000));
    expect(reader.events.some(({ type }) => type === 'output_lost')).toBe(false);
  });

  /** Runs a cell that asks for input, on one connection or several. */
  function asking(code: string) {
    const messageId = randomUUID();
    const events = new Map<string, KernelEvent>();
    const requests = () => ofType([...events.values()], 'input_request');
    return {
      printed: () => printed([...events.values()]),
      requests,
      run: (on: KernelConnection) =>
        // The status that says so has the position of its request.
        on.execute({ code, messageId }, (event, position) => events.set(`${position} ${event.type}`, event)),
      attach: () => attach(messageId),
      asked: (count: number) => expect.poll(() => requests().length, { timeout: 20_000 }).toBe(count),
    };
  }

  test('sends an answer to a request for input again that was lost with its connection', async () => {
    const cell = asking("print('hello', input('name? '))");
    const running = cell.run(kernel);
    await cell.asked(1);
    expect(kernel.answerInput(cell.requests()[0]!.request_id, 'Ada')).toBe(true);
    // The proxy has not read it.
    proxy.cut();
    expect((await running).status).toBe('ok');
    expect(cell.printed()).toBe('hello Ada\n');
  });

  test('lets the next one answer a request for input, and the kernel gets the first answer', async () => {
    const cell = asking(
      "import time\nname = input('name? ')\ntime.sleep(1)\nprint('hello', name, input('more? '))",
    );
    const left = cell.run(kernel).catch((error) => error);
    await cell.asked(1);
    const { request_id: first } = cell.requests()[0]!;
    expect(kernel.answerInput(first, 'Ada')).toBe(true);
    kernel.dispose('released');
    await left;
    const second = await cell.attach();
    const running = cell.run(second);
    await expect.poll(() => second.answerInput(first, 'Bob'), { timeout: 20_000 }).toBe(true);
    await cell.asked(2);
    expect(second.answerInput(cell.requests()[1]!.request_id, 'too')).toBe(true);
    expect((await running).status).toBe('ok');
    expect(cell.printed()).toBe('hello Ada too\n');
    second.dispose();
  });

  test('resumes a run that it left, and does not run its request again', async () => {
    const code =
      "import time\nopen('runs', 'a').write('x')\nfor i in range(30):\n    print(i, flush=True)\n    time.sleep(0.05)";
    const reader = new Reader(code);
    await reader.readUntil(kernel, 5);
    const second = await attach(reader.messageId);
    expect(second.status).toBe('busy');
    expect(second.spool).toBe(kernel.spool);
    await reader.readUntil(second, 10);
    const third = await attach(reader.messageId);
    expect((await reader.read(third)).status).toBe('ok');
    expect(printed(reader.events)).toBe(lines(30));
    expect(third.status).toBe('idle');
    // The same request once more: the relay still has its messages, as nobody acknowledged them.
    third.dispose('released');
    const fourth = await attach(reader.messageId);
    const again = new Reader(code);
    Object.assign(again, { messageId: reader.messageId });
    expect((await again.read(fourth)).status).toBe('ok');
    expect(printed(again.events)).toBe(lines(30));
    expect(await readFile(join(jupyter.spec.filesDirectory, 'runs'), 'utf8')).toBe('x');
  });

  test('gets all of a run that is interrupted before it is resumed', async () => {
    const reader = new Reader(
      "import time\nfor i in range(20): print(i, flush=True)\nopen('begun', 'w').close()\ntime.sleep(60)",
    );
    await reader.readUntil(kernel, 5);
    const file = join(jupyter.spec.filesDirectory, 'begun');
    await expect.poll(() => readFile(file).catch(() => undefined)).toBeDefined();
    const second = await attach(reader.messageId);
    const others: KernelEvent[] = [];
    second.onOtherEvent((parentId, event) => parentId === reader.messageId && others.push(event));
    await second.interrupt();
    expect((await reader.read(second)).status).toBe('error');
    expect(printed(reader.events)).toBe(lines(20));
    expect(others).toEqual([]);
    second.dispose();
  });

  test('gets all that a kernel printed that was killed meanwhile, and then its end', async () => {
    const code =
      'import os, time\nfor i in range(500): print(i, flush=True)\ntime.sleep(0.5)\nos.kill(os.getpid(), 9)';
    const reader = new Reader(code);
    await reader.readUntil(kernel, 5);
    const isDead = async () => {
      const response = await fetch(`${jupyter.endpoint.baseUrl}api/kernels/${kernel.kernelId}`, {
        headers: { authorization: `token ${jupyter.endpoint.token}` },
      });
      return response.status;
    };
    await expect.poll(isDead, { timeout: 10_000 }).toBe(404);
    const second = await attach(reader.messageId);
    await expect(reader.read(second)).rejects.toMatchObject({ reason: 'kernel_died' });
    expect(printed(reader.events)).toBe(lines(500));
    expect(second.status).toBe('dead');
    await client.removeKernel(kernel.kernelId);
    await expect(attach()).rejects.toMatchObject({ code: 'not_found' });
  });

  test('reports what a thread prints after its run, with the id of the run', async () => {
    const others: [string | undefined, KernelEvent, number?][] = [];
    kernel.onOtherEvent((...other) => others.push(other));
    const reader = new Reader(
      "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.5), print('late'))).start()",
    );
    await reader.read(kernel);
    const late = () => others.find(([, event]) => event.type === 'stream' && event.text.includes('late'));
    await expect.poll(late, { timeout: 5_000 }).toBeDefined();
    expect(late()?.[0]).toBe(reader.messageId);
    expect(late()?.[2]).toBeGreaterThan(reader.position);
  });

  test('ends when another one attaches', async () => {
    const second = await attach();
    second.onOtherEvent(() => {});
    await untilStatus(kernel, 'dead');
    expect((await runCell(second, "print('on')")).text).toBe('on\n');
  });

  test('finds a kernel that was restarted meanwhile, and fails its run', async () => {
    const reader = new Reader("import time\nprint('begun', flush=True)\ntime.sleep(60)");
    await reader.readUntil(kernel, 1);
    const response = await fetch(`${jupyter.endpoint.baseUrl}api/kernels/${kernel.kernelId}/restart`, {
      method: 'POST',
      headers: { authorization: `token ${jupyter.endpoint.token}` },
    });
    expect(response.status).toBe(200);
    const second = await attach(reader.messageId);
    await expect(reader.read(second)).rejects.toMatchObject({ reason: 'kernel_died' });
    await untilStatus(second, 'idle');
    expect((await runCell(second, "print('on')")).text).toBe('on\n');
  });
});

describe('a connection through the relay that another one follows', { timeout: 90_000 }, () => {
  beforeEach(start, 60_000);
  afterEach(remove, 30_000);

  const restart = () =>
    fetch(`${jupyter.endpoint.baseUrl}api/kernels/${kernel.kernelId}/restart`, {
      method: 'POST',
      headers: { authorization: `token ${jupyter.endpoint.token}` },
    });

  test('says of a run whether its kernel has got it', async () => {
    const reader = new Reader("import time\nprint('begun', flush=True)\ntime.sleep(60)");
    await reader.readUntil(kernel, 1);
    const second = await attach(reader.messageId);
    expect(second.relay?.lacks(reader.messageId)).toBe(false);
    second.dispose();
    const unsent = randomUUID();
    const third = await attach(unsent);
    expect(third.relay?.lacks(unsent)).toBe(true);
    third.dispose();
  });

  test('reads up to the end of a kernel that had not got the run', async () => {
    await runCell(kernel, 'import os, threading; threading.Timer(0.2, lambda: os._exit(1)).start()');
    await untilStatus(kernel, 'dead');
    const next = await attach(randomUUID());
    next.onOtherEvent(() => {});
    await next.relay?.caughtUp;
    expect(next.status).toBe('dead');
  });

  test('goes on with a run that began after a restart which nobody has acknowledged', async () => {
    await kernel.restart();
    const reader = new Reader(
      'import time\nfor i in range(10):\n    print(i, flush=True)\n    time.sleep(0.1)',
    );
    await reader.readUntil(kernel, 2);
    const second = await attach(reader.messageId);
    expect((await reader.read(second)).status).toBe('ok');
    expect(printed(reader.events)).toBe(lines(10));
    second.dispose();
  });

  test('waits for a kernel that restarts meanwhile', async () => {
    // It cannot answer that it is to end, so the server waits before it kills it.
    const code =
      "import ctypes, time\nprint('begun', flush=True)\ntime.sleep(0.5)\nctypes.PyDLL(None).sleep(60)";
    const reader = new Reader(code);
    await reader.readUntil(kernel, 1);
    // The thread that sends what is printed needs the lock of Python, which the cell holds from then on.
    await sleep(1_000);
    const restarted = restart();
    const next = async () => {
      const again = await attach(randomUUID());
      if (again.status !== 'restarting') again.dispose();
      return again.status === 'restarting' ? again : undefined;
    };
    let waiting: KernelConnection | undefined;
    await expect.poll(async () => (waiting = await next()), { timeout: 20_000, interval: 5 }).toBeDefined();
    waiting!.onOtherEvent(() => {});
    expect((await restarted).status).toBe(200);
    await untilStatus(waiting!, 'idle');
    expect((await runCell(waiting!, "print('on')")).text).toBe('on\n');
    waiting!.dispose();
  });
});

describe('the relay refuses', { timeout: 60_000 }, () => {
  beforeAll(start, 60_000);
  afterAll(remove, 30_000);

  const open = (path: string, token = jupyter.endpoint.token) =>
    new WebSocket(
      `${jupyter.endpoint.baseUrl.replace('http', 'ws')}notebook-gateway/kernels/${path}`,
      ['v1.kernel.websocket.jupyter.org'],
      { headers: { authorization: `token ${token}` } },
    );
  const statusOf = async (socket: WebSocket) => {
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    socket.terminate();
    return response.statusCode;
  };

  test.each([
    ['a wrong token', 403, () => open(`${kernel.kernelId}/relay`, 'wrong')],
    ['an unknown kernel', 404, () => open(`${randomUUID()}/relay`)],
    ['a position that is no number', 400, () => open(`${kernel.kernelId}/relay?after=x`)],
    ['an ownership that is no number', 400, () => open(`${kernel.kernelId}/relay?owner=x`)],
  ])('%s with %i', async (_, status, socket) => {
    expect(await statusOf(socket())).toBe(status);
  });

  const huge = Buffer.alloc(64, 255);
  test.each([
    ['an acknowledgement of what was not sent', '{"ack":999999999999999}'],
    ['an acknowledgement that is no number', '{"ack":true}'],
    ['text that is no JSON', 'hello'],
    ['JSON that is nested deeply', '['.repeat(500)],
    ['text that is too long', JSON.stringify({ ack: 1, more: 'x'.repeat(100_000) })],
    ['a message that is no message', Buffer.from('hello')],
    ['a message with too many parts', huge],
    ['an empty message', Buffer.alloc(0)],
  ])('%s, and goes on', async (_, message) => {
    const socket = open(`${kernel.kernelId}/relay`);
    const { first } = JSON.parse(String((await once(socket, 'message'))[0]));
    socket.send(message);
    const [code] = await once(socket, 'close');
    expect(code).toBe(4002);
    const next = open(`${kernel.kernelId}/relay`);
    const [greeting] = await once(next, 'message');
    expect(JSON.parse(String(greeting))).toMatchObject({ spool: kernel.spool, first });
    next.terminate();
  });

  test('the gateway of an earlier ownership, whose messages do not count any more either', async () => {
    const path = `${kernel.kernelId}/relay`;
    const former = open(`${path}?owner=6`);
    await once(former, 'message');
    const next = open(`${path}?owner=7`);
    const [[code]] = await Promise.all([once(former, 'close'), once(next, 'message')]);
    expect(code).toBe(4001);
    const late = open(`${path}?owner=6`);
    await once(late, 'open');
    // It would be refused as what was not sent.
    late.send('{"ack":999999999999999}');
    expect((await once(late, 'close'))[0]).toBe(4001);
    const again = open(`${path}?owner=7`);
    await once(again, 'message');
    expect((await once(next, 'close'))[0]).toBe(4001);
    again.terminate();
  });
});
