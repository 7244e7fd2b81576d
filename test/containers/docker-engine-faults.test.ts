import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { DockerFixture, type DockerWorker, describeOnDocker, docker, dockerHost } from '../support/docker.js';
import { runCell, startPython, timeToFinish, untilStatus } from '../support/kernel.js';
import { OwnDockerEngine } from '../support/own-docker-engine.js';
import { openSocketProxy } from '../support/tcp-proxy.js';

const signal = () => AbortSignal.timeout(60_000);
const unavailable = {
  code: 'runtime_unavailable',
  message: expect.stringContaining('engine does not answer'),
};

describeOnDocker('when the engine fails', { timeout: 180_000 }, () => {
  let engine: OwnDockerEngine;
  let fixture: DockerFixture;
  let worker: DockerWorker;

  beforeAll(async () => {
    engine = await OwnDockerEngine.open();
  }, 180_000);
  afterAll(() => engine?.close());
  beforeEach(async () => {
    fixture = new DockerFixture(engine.docker);
    await fixture.open({ dockerHost: engine.host });
    worker = await fixture.start();
  });
  afterEach(() => fixture.close());

  const untilHealed = () =>
    vi.waitFor(async () => expect(await fixture.backend.unavailableReason()).toBeNull(), { timeout: 20_000 });

  test('killed and started again: workers run cells all the time, and everything works afterwards', async () => {
    await engine.kill();
    expect(await fixture.backend.unavailableReason()).toContain('does not answer');
    expect(await fixture.backend.unavailableReason(worker.spec.profile)).toContain('does not answer');
    await expect(fixture.backend.running()).rejects.toMatchObject(unavailable);
    await expect(fixture.backend.stop(worker.spec.workerId)).rejects.toMatchObject(unavailable);
    const spec = await fixture.createSpec();
    await expect(fixture.backend.start(spec, () => {}, signal())).rejects.toMatchObject(unavailable);
    expect(await fixture.backend.usage!(worker.spec.workerId)).toBeNull();
    expect(await fixture.run(worker, 'print(6 * 7)')).toBe('42');

    await engine.start();
    await untilHealed();
    expect(await fixture.run(worker, 'print(6 * 7)')).toBe('42');
    expect([...(await fixture.backend.running()).keys()]).toEqual([worker.spec.workerId]);
    await fixture.start();
    expect(fixture.exits).toEqual([]);
    await fixture.backend.stop(worker.spec.workerId);
    expect(await fixture.gateway.containers()).toHaveLength(1);
  });

  test('a worker that ended while the engine was gone is reported once it is back', async () => {
    const { State } = await fixture.inspect(worker);
    await engine.kill();
    process.kill(State.Pid, 'SIGKILL');
    await engine.start();
    await vi.waitUntil(() => fixture.exits.length > 0, { timeout: 20_000 });
    expect(fixture.exits).toEqual([
      expect.objectContaining({ workerId: worker.spec.workerId, reason: 'exited' }),
    ]);
    expect(fixture.logged.filter((line) => line.includes('is not watched'))).toHaveLength(1);
  });

  test('that hangs: every call ends in time, workers run cells, and it heals by itself', async () => {
    engine.suspend();
    try {
      const calls: [Promise<unknown>, number][] = [
        [fixture.backend.unavailableReason(), 5_000],
        [fixture.backend.unavailableReason(worker.spec.profile), 5_000],
        [fixture.backend.running(), 6_000],
        [fixture.backend.usage!(worker.spec.workerId), 6_000],
        [fixture.backend.start(await fixture.createSpec(), () => {}, signal()), 12_000],
        [fixture.run(worker, 'print(6 * 7)'), 6_000],
      ];
      const times = await Promise.all(calls.map(([call]) => timeToFinish(call)));
      for (const [index, { ms }] of times.entries()) expect(ms).toBeLessThan(calls[index]![1]);
      expect(times.map(({ error }) => error)).toEqual([
        undefined,
        undefined,
        expect.objectContaining(unavailable),
        undefined,
        expect.objectContaining(unavailable),
        undefined,
      ]);
      const stop = await timeToFinish(fixture.backend.stop(worker.spec.workerId));
      expect(stop.error).toMatchObject(unavailable);
      expect(stop.ms).toBeLessThan(30_000);
    } finally {
      engine.resume();
    }
    await untilHealed();
    await fixture.backend.stop(worker.spec.workerId);
    expect(await fixture.gateway.containers()).toEqual([]);
    expect(fixture.exits).toEqual([]);
  });

  test('a container that the engine creates after the request was given up is removed', async () => {
    const spec = await fixture.createSpec();
    const report = (_: number, message: string) => message === 'Creating the container' && engine.suspend();
    const starting = fixture.backend.start(spec, report, signal());
    await expect(starting).rejects.toMatchObject(unavailable);
    engine.resume();
    await untilHealed();
    await vi.waitFor(
      async () => {
        const names = (await fixture.gateway.containers()).flatMap(({ Names }) => Names);
        expect(names).toEqual([`/notebook-worker-${worker.spec.workerId}`]);
        expect(await removed(spec.workerId)).toBe(true);
      },
      { timeout: 20_000 },
    );
  });

  /** Whether the engine has had a container of a worker and removed it. */
  async function removed(workerId: string): Promise<boolean> {
    const until = Math.floor(Date.now() / 1_000) + 1;
    const filters = { label: [`io.notebook-gateway.worker=${workerId}`], event: ['create', 'destroy'] };
    const events = await engine.docker.getEvents({ since: until - 120, until, filters });
    let text = '';
    for await (const chunk of events) text += chunk;
    return text.includes('"Action":"create"') && text.includes('"Action":"destroy"');
  }
});

describeOnDocker('while the engine cannot be reached', { timeout: 60_000 }, () => {
  test('a removed container is reported as lost once it can', async () => {
    const fixture = new DockerFixture();
    const target = dockerHost.slice('unix://'.length);
    const proxy = await openSocketProxy(target);
    await fixture.open({ dockerHost: `unix://${proxy.path}` });
    const worker = await fixture.start();
    await proxy.close();
    await docker.getContainer(`notebook-worker-${worker.spec.workerId}`).remove({ force: true });
    const again = await openSocketProxy(target, proxy.path);
    await vi.waitUntil(() => fixture.exits.length > 0, { timeout: 20_000 });
    expect(fixture.exits).toEqual([
      {
        workerId: worker.spec.workerId,
        reason: 'lost',
        detail: 'The container of this worker was removed; start a new worker.',
      },
    ]);
    await fixture.close();
    await again.close();
  });

  test('a kill after a kernel ran out of memory is reported with both facts', async () => {
    const fixture = new DockerFixture();
    const target = dockerHost.slice('unix://'.length);
    const proxy = await openSocketProxy(target);
    await fixture.open({ dockerHost: `unix://${proxy.path}` });
    const worker = await fixture.start({ limits: { memoryMb: 256 } });
    const kernel = await startPython(worker.client);
    const dead = untilStatus(kernel, 'dead');
    runCell(kernel, 'x = []\nwhile True: x.append(bytearray(16 * 1024 * 1024))').catch(() => {});
    await dead;
    await vi.waitUntil(() => fixture.outOfMemory.length > 0, { timeout: 15_000 });
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    await proxy.close();
    await docker.getContainer(`notebook-worker-${worker.spec.workerId}`).kill();
    const again = await openSocketProxy(target, proxy.path);
    await vi.waitUntil(() => fixture.exits.length > 0, { timeout: 20_000 });
    expect(fixture.exits).toMatchObject([
      {
        workerId: worker.spec.workerId,
        reason: 'exited',
        detail: expect.stringMatching(/killed with status 137, .* ran out of memory then or before/),
      },
    ]);
    await fixture.close();
    await again.close();
  });
});
