import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JupyterClient } from '../../../src/engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../../../src/engines/kernels/kernel-connection.js';
import type { KernelEvent } from '../../../src/engines/kernels/kernel-event.js';
import { type HoldingProxy, openHoldingProxy } from '../../support/holding-proxy.js';
import { startTestJupyter, type TestJupyter } from '../../support/jupyter.js';
import { beginEndlessCell, printed, runCell, startPython } from '../../support/kernel.js';

let jupyter: TestJupyter;
let proxy: HoldingProxy;
let client: JupyterClient;
let kernel: KernelConnection;
/** What the proxy waits for before it passes the answer to an interrupt on. */
let passAnswer: Promise<unknown> = Promise.resolve();

beforeAll(async () => {
  jupyter = await startTestJupyter();
  proxy = await openHoldingProxy(jupyter.endpoint.baseUrl, {
    answer: (url) => (url.endsWith('/interrupt') ? passAnswer : undefined),
  });
  client = new JupyterClient({ ...jupyter.endpoint, baseUrl: proxy.url });
  kernel = await startPython(client);
}, 300_000);
afterAll(async () => {
  client?.dispose();
  proxy?.close();
  await jupyter?.close();
}, 30_000);

/** Runs a cell, and calls `onEvent` with each of its events. */
async function runWith(code: string, onEvent: (event: KernelEvent) => void) {
  const events: KernelEvent[] = [];
  const { status } = await kernel.execute({ code, messageId: randomUUID() }, (event) => {
    events.push(event);
    onEvent(event);
  });
  return { status, text: printed(events) };
}

describe('an interrupt', { timeout: 30_000 }, () => {
  test('is not lost when it comes while the kernel is busy and still ignores signals', async () => {
    const delay = [
      'import time',
      'kernel = get_ipython().kernel',
      'hook = kernel.pre_handler_hook',
      'kernel.pre_handler_hook = lambda: (time.sleep(3), hook())',
    ];
    await runCell(kernel, delay.join('\n'));
    try {
      let interrupting: Promise<void> | undefined;
      const { status } = await runWith('time.sleep(60)', () => {
        interrupting ??= kernel.interrupt();
      });
      await interrupting;
      expect(status).toBe('error');
    } finally {
      await runCell(kernel, 'kernel.pre_handler_hook = hook');
    }
  });

  test('that is answered late does not reach the next run', async () => {
    let pass = () => {};
    passAnswer = new Promise<void>((resolve) => {
      pass = resolve;
    });
    const order: string[] = [];
    const { done } = await beginEndlessCell(kernel);
    const interrupting = kernel.interrupt().then(() => order.push('answered'));
    expect((await done).status).toBe('error');
    const running = runWith("print('on')", ({ type }) => order.push(type));
    // Time enough for the cell to begin, if it were sent.
    await sleep(500);
    pass();
    await interrupting;
    const { status } = await running;
    expect(order[0]).toBe('answered');
    expect(status).toBe('ok');
  });

  test('that is answered late leaves the next request for input of its run', async () => {
    let pass = () => {};
    passAnswer = new Promise<void>((resolve) => {
      pass = resolve;
    });
    const code = "try: input('a')\nexcept KeyboardInterrupt: print('hello', input('b'))";
    let interrupting: Promise<void> | undefined;
    const { status, text } = await runWith(code, async (event) => {
      if (event.type !== 'input_request') return;
      if (!interrupting) {
        interrupting = kernel.interrupt();
        return;
      }
      pass();
      await interrupting;
      kernel.answerInput(event.request_id, 'Ada');
    });
    expect({ status, text }).toEqual({ status: 'ok', text: 'hello Ada\n' });
  });
});
