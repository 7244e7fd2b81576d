import { randomUUID } from 'node:crypto';
import type { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../../src/engines/kernels/kernel-connection.js';
import type { KernelEvent } from '../../src/engines/kernels/kernel-event.js';

/** Starts a Python kernel in the folder of `path`. */
export function startPython(
  client: JupyterClient,
  { path = '', clientId = randomUUID() } = {},
): Promise<KernelConnection> {
  return client.startKernel({ kernelName: 'python3', path, clientId, signal: AbortSignal.timeout(60_000) });
}

/** Runs a cell and keeps its events. */
export async function runCell(kernel: KernelConnection, code: string) {
  const events: KernelEvent[] = [];
  const request = { code, messageId: randomUUID() };
  const reply = await kernel.execute(request, (event) => events.push(event));
  return { reply, events, text: printed(events) };
}

/** The text that events print on stdout. */
export function printed(events: KernelEvent[]): string {
  return ofType(events, 'stream')
    .filter(({ name }) => name === 'stdout')
    .map(({ text }) => text)
    .join('');
}

/** The events of one type. */
export function ofType<T extends KernelEvent['type']>(events: KernelEvent[], type: T) {
  return events.filter((event): event is Extract<KernelEvent, { type: T }> => event.type === type);
}

/** Begins a cell that never ends by itself; resolves once it has printed its kernel's process id. */
export async function beginEndlessCell(kernel: KernelConnection) {
  let resolvePid: (pid: number) => void = () => {};
  const pid = new Promise<number>((resolve) => {
    resolvePid = resolve;
  });
  const code = 'import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)';
  const events: KernelEvent[] = [];
  const done = kernel.execute({ code, messageId: randomUUID() }, (event) => {
    events.push(event);
    if (event.type === 'stream') resolvePid(Number(event.text));
  });
  done.catch(() => {});
  return { pid: await pid, done, events };
}

/** How long a promise takes to finish, in ms, and what it rejects with. */
export async function timeToFinish(promise: Promise<unknown>): Promise<{ ms: number; error: unknown }> {
  const start = performance.now();
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  return { ms: performance.now() - start, error };
}

/** Resolves when the kernel has that status. */
export function untilStatus(kernel: KernelConnection, wanted: KernelConnection['status']): Promise<void> {
  return new Promise((resolve) => {
    const stop = kernel.onStatus((status) => check(status));
    const check = (status: string) => {
      if (status !== wanted) return;
      stop();
      resolve();
    };
    check(kernel.status);
  });
}
