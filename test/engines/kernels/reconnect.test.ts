import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { JupyterClient } from '../../../src/engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../../../src/engines/kernels/kernel-connection.js';
import type { KernelEvent } from '../../../src/engines/kernels/kernel-event.js';
import { startTestJupyter, type TestJupyter } from '../../support/jupyter.js';
import {
  beginEndlessCell,
  ofType,
  printed,
  runCell,
  startPython,
  timeToFinish,
} from '../../support/kernel.js';
import { openTcpProxy, type TcpProxy } from '../../support/tcp-proxy.js';

let jupyter: TestJupyter;
let proxy: TcpProxy;
let client: JupyterClient;
let kernel: KernelConnection;

beforeAll(async () => {
  jupyter = await startTestJupyter();
}, 300_000);
afterAll(async () => {
  await jupyter?.close();
}, 30_000);

beforeEach(async () => {
  proxy = await openTcpProxy(Number(new URL(jupyter.endpoint.baseUrl).port));
  client = new JupyterClient({ ...jupyter.endpoint, baseUrl: `http://127.0.0.1:${proxy.port}/` });
  kernel = await startPython(client);
}, 60_000);
afterEach(async () => {
  client.dispose();
  await proxy.close();
  const direct = new JupyterClient(jupyter.endpoint);
  await direct.removeKernel(kernel.kernelId);
  direct.dispose();
}, 30_000);

/** Runs a cell that prints numbers, and breaks the connection after the sixth. */
async function breakWhilePrinting(count: number, breakConnection: () => void) {
  const events: KernelEvent[] = [];
  const code = `import time\nfor i in range(${count}):\n    print(i, flush=True)\n    time.sleep(0.1)`;
  const running = kernel.execute({ code, messageId: randomUUID() }, (event) => {
    events.push(event);
    if (event.type === 'stream' && event.text === '5\n') breakConnection();
  });
  expect((await running).status).toBe('ok');
  const lines = printed(events).trim().split('\n');
  expect(lines.at(-1)).toBe(String(count - 1));
  const lost = ofType(events, 'output_lost').reduce((sum, { count: more }) => sum + more, 0);
  expect(lines.length + lost).toBe(count);
  expect((await runCell(kernel, "print('on')")).text).toBe('on\n');
}

test('a run continues after its connection broke, and reports the output that was lost', async () => {
  await breakWhilePrinting(20, () => proxy.cut());
}, 60_000);

test('a run continues on another connection when its own carries nothing any more', async () => {
  await breakWhilePrinting(120, () => proxy.hush());
}, 60_000);

test('a run ends within 5 s when its server cannot be reached', async () => {
  const { done } = await beginEndlessCell(kernel);
  await proxy.close();
  const { ms, error } = await timeToFinish(done);
  expect(error).toMatchObject({ name: 'KernelLostError', reason: 'connection_lost' });
  expect(ms).toBeLessThan(5_000);
  expect(kernel.status).toBe('dead');
}, 60_000);
