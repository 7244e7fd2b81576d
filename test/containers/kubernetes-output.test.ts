import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import type { KubernetesBackend } from '../../src/workers/backends/kubernetes/kubernetes-backend.js';
import { runCell, startPython } from '../support/kernel.js';
import {
  createPodSpec,
  createTestNamespace,
  describeWithCluster,
  type TestNamespace,
} from '../support/kubernetes.js';

describeWithCluster('the last output of a Pod that ended', { timeout: 60_000 }, () => {
  let namespace: TestNamespace;
  let backend: KubernetesBackend;
  let logged: string[];

  beforeAll(async () => {
    namespace = await createTestNamespace();
  });

  beforeEach(() => {
    logged = [];
    const log = pino({ level: 'warn' }, { write: (line) => logged.push(line) });
    backend = namespace.open({ log });
  });

  afterEach(() => backend.close());

  afterAll(() => namespace?.remove());

  test('is logged before its end is reported, in bounds and without the token of its server', async () => {
    const { workerId, ...spec } = createPodSpec();
    const endpoint = await backend.start({ workerId, ...spec }, () => {}, AbortSignal.timeout(50_000));
    const ended = new Promise<string>((resolve) => {
      // What whoever hears of it does next.
      backend.onExit((exit) => void backend.stop(workerId).then(() => resolve(exit.reason)));
    });
    const client = new JupyterClient(endpoint);
    const kernel = await startPython(client);
    await runCell(
      kernel,
      `import os, signal
output = os.open('/proc/1/fd/1', os.O_WRONLY)
os.write(output, b'long ' * 20_000 + b'\\n')
os.write(output, b'leaked ' + open('/run/worker/token', 'rb').read() + b' here\\n')`,
    );
    runCell(kernel, 'os.kill(1, signal.SIGTERM)').catch(() => {});
    expect(await ended).toBe('exited');
    client.dispose();
    const { output } = JSON.parse(logged.find((line) => line.includes('the Pod of a worker ended'))!);
    expect(output).toContain('leaked [token] here');
    expect(output.length).toBeLessThanOrEqual(4_000);
    expect(logged.join('')).not.toContain(endpoint.token);
  });

  test('is logged when a start fails, because the program of the image ended, without values of its profile', async () => {
    const profile = { environment: { JUPYTER_RUNTIME_DIR: '/proc/none' } };
    const starting = backend.start(createPodSpec({ profile }), () => {}, AbortSignal.timeout(50_000));
    await expect(starting).rejects.toMatchObject({
      extra: { reason: 'exited' },
      output: expect.stringContaining("No such file or directory: '[hidden]'"),
    });
    expect(logged.join('')).not.toContain('/proc/none');
    expect(logged.join('')).toMatch(
      /"output":".*No such file or directory: '\[hidden\]'.*the container of a worker has ended/,
    );
    await vi.waitFor(async () => expect(await namespace.objects()).toEqual([]), { timeout: 20_000 });
  });
});
