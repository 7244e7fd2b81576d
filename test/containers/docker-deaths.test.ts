import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JupyterEndpoint } from '../../src/engines/kernels/jupyter-endpoint.js';
import type { EndedServer } from '../../src/workers/backend.js';
import { DockerEngine } from '../../src/workers/backends/docker/docker-engine.js';
import { DockerFixture, type DockerWorker, describeOnDocker, docker } from '../support/docker.js';
import { beginEndlessCell, runCell, startPython, untilStatus } from '../support/kernel.js';

const fillMemory = 'x = []\nwhile True: x.append(bytearray(16 * 1024 * 1024))';
const timeout = { timeout: 15_000 };

describeOnDocker('the end of a worker in a container', { timeout: 120_000 }, () => {
  let fixture: DockerFixture;
  beforeEach(async () => {
    fixture = new DockerFixture();
    await fixture.open();
  });
  afterEach(() => fixture.close());

  const containerOf = (worker: DockerWorker) =>
    docker.getContainer(`notebook-worker-${worker.spec.workerId}`);
  const untilExit = async () => {
    await vi.waitUntil(() => fixture.exits.length > 0, timeout);
    return fixture.exits;
  };
  /** The process of the server as the kernels see it: the parent of a kernel. */
  const killServer = 'import os, signal; os.kill(os.getppid(), signal.SIGKILL)';

  test('is reported with the status when the server was killed, and its output is logged', async () => {
    const worker = await fixture.start();
    const kernel = await startPython(worker.client);
    runCell(kernel, killServer).catch(() => {});
    expect(await untilExit()).toEqual([
      {
        workerId: worker.spec.workerId,
        reason: 'exited',
        detail: 'The Jupyter server of this worker ended by itself with status 137; start a new worker.',
        output: expect.stringContaining('Jupyter Server'),
      },
    ]);
    await vi.waitUntil(() => fixture.logged.some((line) => line.includes('has ended')), timeout);
    const output = fixture.logged.find((line) => line.includes('has ended'));
    expect(output).toContain('Jupyter Server');
    expect(fixture.logged.join('')).not.toContain(worker.endpoint.token);
    // The evidence stays until the worker is stopped.
    expect((await fixture.inspect(worker)).State.Status).toBe('exited');
    await fixture.backend.stop(worker.spec.workerId);
    expect(await fixture.gateway.containers()).toEqual([]);
  });

  test('logs no token and no value of the profile that a kernel printed into the output of the server', async () => {
    const environment = { DATABASE: 'value-of-the-profile' };
    const worker = await fixture.start({ profile: { environment } });
    const kernel = await startPython(worker.client);
    const { token } = worker.endpoint;
    await runCell(kernel, `import os\nfile = os.open('/proc/%d/fd/1' % os.getppid(), os.O_WRONLY)`);
    await runCell(kernel, `os.write(file, b'leaked ' + open('/run/worker-token', 'rb').read() + b'\\n')`);
    await runCell(kernel, `os.write(file, b'printed ' + os.environb[b'DATABASE'] + b'\\n')`);
    await containerOf(worker).kill();
    await untilExit();
    await vi.waitUntil(() => fixture.logged.some((line) => line.includes('leaked')), timeout);
    expect(fixture.logged.join('')).toContain('leaked [token]');
    expect(fixture.logged.join('')).not.toContain(token);
    expect(fixture.logged.join('')).toContain('printed [hidden]');
    expect(fixture.logged.join('')).not.toContain(environment.DATABASE);
  });

  test('is out_of_memory when the server had no memory left', async () => {
    const worker = await fixture.start({ limits: { memoryMb: 256 } });
    const kernel = await startPython(worker.client);
    // The system ends the process with the highest score.
    const choose = "import os; open(f'/proc/{os.getppid()}/oom_score_adj', 'w').write('1000')";
    runCell(kernel, `${choose}\n${fillMemory}`).catch(() => {});
    expect(await untilExit()).toEqual([
      {
        workerId: worker.spec.workerId,
        reason: 'out_of_memory',
        detail: 'The worker ran out of memory; start a new one with a larger resource class.',
        output: expect.any(String),
      },
    ]);
  });

  test('is not reported when only a kernel ran out of memory, but the kernel and the listener see it', async () => {
    const worker = await fixture.start({ limits: { memoryMb: 256 } });
    const kernel = await startPython(worker.client);
    const dead = untilStatus(kernel, 'dead');
    runCell(kernel, fillMemory).catch(() => {});
    await dead;
    await vi.waitUntil(() => fixture.outOfMemory.length > 0, timeout);
    expect(fixture.outOfMemory[0]).toBe(worker.spec.workerId);
    expect(fixture.exits).toEqual([]);
    await worker.client.probe(5_000);
    await startPython(worker.client);
    // A later end by other means is not blamed on memory.
    await containerOf(worker).kill({ signal: 'SIGTERM' });
    expect((await untilExit())[0]).toMatchObject({ reason: 'exited' });
  });

  test('is not put down to memory when the worker is killed long after a kernel ran out of it', async () => {
    const worker = await fixture.start({ limits: { memoryMb: 256 } });
    const kernel = await startPython(worker.client);
    const dead = untilStatus(kernel, 'dead');
    runCell(kernel, fillMemory).catch(() => {});
    await dead;
    await vi.waitUntil(() => fixture.outOfMemory.length > 0, timeout);
    await worker.client.probe(5_000);
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    await containerOf(worker).kill();
    const { workerId } = worker.spec;
    expect(await untilExit()).toMatchObject([
      {
        ...{ workerId, reason: 'exited' },
        detail: 'The Jupyter server of this worker ended by itself with status 137; start a new worker.',
      },
    ]);
    // Without this the test would show nothing.
    expect((await fixture.inspect(worker)).State).toMatchObject({ OOMKilled: true, ExitCode: 137 });
  });

  test('is reported with its status also where the engine fails to inspect the container at first', async () => {
    const worker = await fixture.start();
    const inspect = vi.spyOn(DockerEngine.prototype, 'inspect');
    try {
      for (let calls = 0; calls < 3; calls += 1)
        inspect.mockRejectedValueOnce(new Error('the engine is busy'));
      await containerOf(worker).kill();
      expect(await untilExit()).toMatchObject([{ workerId: worker.spec.workerId, reason: 'exited' }]);
      expect(inspect.mock.calls.length).toBeGreaterThan(3);
    } finally {
      inspect.mockRestore();
    }
  });

  test('is reported once when the container was removed by somebody else', async () => {
    const worker = await fixture.start();
    await containerOf(worker).remove({ force: true });
    expect((await untilExit())[0]).toMatchObject({ workerId: worker.spec.workerId });
    expect(fixture.exits).toHaveLength(1);
    await fixture.backend.stop(worker.spec.workerId);
  });

  test('is lost when the server hangs', async () => {
    const worker = await fixture.start();
    const kernel = await startPython(worker.client);
    runCell(kernel, 'import os, signal; os.kill(os.getppid(), signal.SIGSTOP)').catch(() => {});
    await vi.waitUntil(() => fixture.exits.length > 0, { timeout: 60_000 });
    expect(fixture.exits).toMatchObject([{ workerId: worker.spec.workerId, reason: 'lost' }]);
  });

  test('is reported also when it was before the worker was followed', async () => {
    const worker = await fixture.start();
    await fixture.backend.close();
    const backend = await fixture.open();
    const running = backend.running();
    await containerOf(worker).kill();
    const found = (await running).get(worker.spec.workerId) as JupyterEndpoint | EndedServer;
    if ('ended' in found) expect(found.ended).toMatchObject({ reason: 'exited' });
    else await untilExit();
  });

  test('is reported of the worker that ended only', async () => {
    const [one, other] = await Promise.all([fixture.start(), fixture.start()]);
    await beginEndlessCell(await startPython(other!.client));
    await containerOf(one!).kill();
    expect((await untilExit()).map(({ workerId }) => workerId)).toEqual([one!.spec.workerId]);
    await other!.client.probe(5_000);
  });

  test('is not reported of a stop, which ends also a server that hangs', async () => {
    const worker = await fixture.start();
    const kernel = await startPython(worker.client);
    runCell(kernel, 'import os, signal; os.kill(os.getppid(), signal.SIGSTOP)').catch(() => {});
    await vi.waitFor(() => expect(worker.client.probe(500)).rejects.toThrow(), timeout);
    const from = Date.now();
    await fixture.backend.stop(worker.spec.workerId);
    expect(Date.now() - from).toBeLessThan(15_000);
    expect(await fixture.gateway.containers()).toEqual([]);
    expect(fixture.exits).toEqual([]);
  });

  test('is found by a gateway that was not running', async () => {
    const [one, other] = await Promise.all([fixture.start(), fixture.start()]);
    await fixture.backend.close();
    await containerOf(one!).kill();
    const backend = await fixture.open();
    const found = await backend.running();
    expect(found.get(one!.spec.workerId)).toEqual({
      ended: {
        reason: 'exited',
        detail: 'The Jupyter server of this worker ended by itself with status 137; start a new worker.',
        output: expect.stringContaining('Jupyter Server'),
      },
    });
    // The evidence stays until the worker is stopped.
    expect((await fixture.inspect(one!)).State.Status).toBe('exited');
    await backend.stop(one!.spec.workerId);
    expect(await fixture.gateway.containers()).toHaveLength(1);
    expect(found.get(other!.spec.workerId)).toMatchObject({ token: other!.endpoint.token });
    await containerOf(other!).kill();
    expect((await untilExit()).map(({ workerId }) => workerId)).toEqual([other!.spec.workerId]);
  });

  test('is found as out_of_memory by a gateway that was not running', async () => {
    const worker = await fixture.start({ limits: { memoryMb: 256 } });
    const kernel = await startPython(worker.client);
    await fixture.backend.close();
    const choose = "import os; open(f'/proc/{os.getppid()}/oom_score_adj', 'w').write('1000')";
    runCell(kernel, `${choose}\n${fillMemory}`).catch(() => {});
    await vi.waitFor(async () => expect((await fixture.inspect(worker)).State.Running).toBe(false), timeout);
    const found = await (await fixture.open()).running();
    expect(found.get(worker.spec.workerId)).toMatchObject({ ended: { reason: 'out_of_memory' } });
  });
});
