import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { JupyterClient } from '../../../src/engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../../../src/engines/kernels/kernel-connection.js';
import type { KernelEvent } from '../../../src/engines/kernels/kernel-event.js';
import { type HoldingProxy, openHoldingProxy } from '../../support/holding-proxy.js';
import { startTestJupyter, type TestJupyter } from '../../support/jupyter.js';
import { printed, runCell, startPython, timeToFinish } from '../../support/kernel.js';

let jupyter: TestJupyter;
let proxy: HoldingProxy;
let client: JupyterClient;
let kernel: KernelConnection;
/** What the proxy waits for before it passes a request on that ends the kernel. */
let held: Promise<void> | undefined;
beforeAll(async () => {
  jupyter = await startTestJupyter();
  proxy = await openHoldingProxy(jupyter.endpoint.baseUrl, {
    // A restart, or the DELETE of the kernel.
    request: (url) => (/^\/api\/kernels\/[\w-]+(\/restart)?$/.test(url) ? held : undefined),
  });
  client = new JupyterClient({ ...jupyter.endpoint, baseUrl: proxy.url });
}, 300_000);
beforeEach(async () => {
  held = undefined;
  kernel = await startPython(client);
});
afterEach(() => kernel.shutdown());
afterAll(async () => {
  client?.dispose();
  proxy?.close();
  await jupyter?.close();
}, 30_000);

/** Begins a cell that prints a number every 20 ms. */
function count() {
  const events: KernelEvent[] = [];
  const code = 'import time\nfor i in range(10_000): print(i, flush=True); time.sleep(0.02)';
  const done = kernel.execute({ code, messageId: randomUUID() }, (event) => void events.push(event));
  const state = { isOver: false };
  const end = timeToFinish(done.finally(() => (state.isOver = true)));
  const lines = () => printed(events).split('\n').length - 1;
  return { end, events, lines, state };
}

test.each([
  ['restart', 'restarted'],
  ['shutdown', 'shutdown'],
] as const)(
  'a run goes on, with its output, until its requested %s happens',
  async (what, reason) => {
    const run = count();
    await expect.poll(run.lines).toBeGreaterThan(3);
    let pass = () => {};
    held = new Promise<void>((resolve) => {
      pass = resolve;
    });
    const before = run.lines();
    const ending = kernel[what]();
    await expect.poll(run.lines).toBeGreaterThan(before + 20);
    expect(run.state.isOver).toBe(false);
    pass();
    await ending;
    expect((await run.end).error).toMatchObject({ reason });
    const numbers = printed(run.events).trimEnd().split('\n');
    expect(numbers).toEqual(numbers.map((_number, index) => String(index)));
    if (what === 'restart')
      expect((await runCell(kernel, "print('on')")).reply).toEqual({ status: 'ok', executionCount: 1 });
  },
  60_000,
);
