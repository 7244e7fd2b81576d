import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient } from '../../../src/engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../../../src/engines/kernels/kernel-connection.js';
import type { KernelEvent } from '../../../src/engines/kernels/kernel-event.js';
import { startTestJupyter, type TestJupyter } from '../../support/jupyter.js';
import { printed } from '../../support/kernel.js';
import { makeOwnPython, type OwnPython } from '../../support/own-python.js';

// ipykernel, with one channel that takes connections a second later than the others.
const kernelProgram = `
from ipykernel.kernelapp import IPKernelApp
from tornado.ioloop import IOLoop

class LateStdinApp(IPKernelApp):
    def _bind_socket(self, socket, port):
        if port != self.stdin_port:
            return super()._bind_socket(socket, port)
        IOLoop.current().call_later(1, super()._bind_socket, socket, port)
        return port

LateStdinApp.launch_instance()
`;

let python: OwnPython;
let jupyter: TestJupyter;
let client: JupyterClient;
beforeAll(async () => {
  python = await makeOwnPython();
  const folder = join(python.prefix, 'share/jupyter/kernels/late-stdin');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'late_stdin.py'), kernelProgram);
  const argv = [python.python, join(folder, 'late_stdin.py'), '-f', '{connection_file}'];
  await writeFile(
    join(folder, 'kernel.json'),
    JSON.stringify({ argv, display_name: 'Late stdin', language: 'python' }),
  );
  jupyter = await startTestJupyter(async () => python);
  client = new JupyterClient(jupyter.endpoint);
}, 300_000);
afterAll(async () => {
  client?.dispose();
  await jupyter?.close();
  await python?.remove();
}, 30_000);

/** Runs a cell that asks, and answers it. */
async function askAndAnswer(kernel: KernelConnection): Promise<string> {
  const events: KernelEvent[] = [];
  const request = { code: "print('hello', input('name? '))", messageId: randomUUID() };
  await kernel.execute(request, (event) => {
    events.push(event);
    if (event.type === 'input_request') kernel.answerInput(event.request_id, 'Ada');
  });
  return printed(events);
}

test('the first cell of a kernel whose stdin channel is late can ask for input, also after a restart', async () => {
  const signal = AbortSignal.timeout(60_000);
  const kernel = await client.startKernel({
    ...{ kernelName: 'late-stdin', path: '', clientId: randomUUID(), signal },
  });
  expect(await askAndAnswer(kernel)).toBe('hello Ada\n');
  await kernel.restart();
  expect(await askAndAnswer(kernel)).toBe('hello Ada\n');
}, 60_000);
