import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { askJupyter, kernelsOf } from '../../support/jupyter.js';
import { readEvents } from '../../support/sse.js';
import { at, openSession, run, runAll, setUpKernels, textOf } from './kernel-fixture.js';

setUpKernels();

const services = () => at.gateway.services;
const read = async (id: string) => (await at.rest('GET', `/sessions/${id}`)).body;
const restart = (id: string) => at.rest('POST', `/sessions/${id}/restart`);
const rowOf = (id: string) => services().prisma.session.findUniqueOrThrow({ where: { id } });

async function endpointOf(id: string) {
  return services().workers.endpoint((await rowOf(id)).workerId)!;
}

/** Begins to open a session; resolves when its row is there and its kernel starts. */
async function beginOpening(path: string) {
  const opening = openSession(path);
  const find = () => services().prisma.session.findFirst({ where: { path, status: 'starting' } });
  await expect.poll(find, { interval: 5 }).not.toBeNull();
  return { opening, id: (await find())!.id };
}

/** Begins a cell that runs for ten minutes. */
async function beginCell(id: string) {
  const response = await run("import time\nprint('on', flush=True)\ntime.sleep(600)", {}, id);
  const events = readEvents(response);
  await expect.poll(async () => (await read(id)).status).toBe('busy');
  return { events };
}

/** A session whose kernel somebody else removed. */
async function deadSession(path: string): Promise<string> {
  const { id } = (await openSession(path)).body;
  await askJupyter(await endpointOf(id), 'DELETE', `api/kernels/${(await rowOf(id)).kernelId}`);
  await expect.poll(async () => (await read(id)).status).toBe('dead');
  return id;
}

describe('the start of a kernel', () => {
  it('queues cells, and an interrupt does nothing', async () => {
    const { opening, id } = await beginOpening('starts/queue.ipynb');
    const cell = runAll("print('queued')", {}, id);
    expect((await at.rest('POST', `/sessions/${id}/interrupt`)).status).toBe(200);
    expect((await rowOf(id)).status).toBe('starting');
    expect((await opening).status).toBe(201);
    expect(textOf(await cell)).toBe('queued\n');
  });

  it('in place of a dead kernel queues cells, and an interrupt does nothing', async () => {
    const id = await deadSession('starts/again.ipynb');
    const restarting = restart(id);
    await expect.poll(async () => (await rowOf(id)).status, { interval: 5 }).toBe('restarting');
    const cell = runAll("print('queued')", {}, id);
    expect((await at.rest('POST', `/sessions/${id}/interrupt`)).status).toBe(200);
    expect(await restarting).toMatchObject({ status: 200, body: { status: 'idle' } });
    expect(textOf(await cell)).toBe('queued\n');
  });

  it('happens once for concurrent restarts of a dead session', async () => {
    const id = await deadSession('starts/one.ipynb');
    const before = await kernelsOf(await endpointOf(id));
    const answers = await Promise.all([restart(id), restart(id)]);
    expect(answers.map(({ status, body }) => [status, body.status])).toEqual([
      [200, 'idle'],
      [200, 'idle'],
    ]);
    expect(await kernelsOf(await endpointOf(id))).toHaveLength(before.length + 1);
  });

  it('delays a restart until it is finished', async () => {
    const { opening, id } = await beginOpening('starts/restart.ipynb');
    const before = (await kernelsOf(await endpointOf(id))).length;
    expect(await restart(id)).toMatchObject({ status: 200, body: { status: 'idle' } });
    expect((await opening).status).toBe(201);
    expect((await kernelsOf(await endpointOf(id))).length - before).toBeLessThanOrEqual(1);
    expect(textOf(await runAll("print('on')", {}, id))).toBe('on\n');
  });

  it('leaves no kernel on the server when the session is deleted meanwhile', async () => {
    const { id: other } = (await openSession('starts/other.ipynb')).body;
    const endpoint = await endpointOf(other);
    const before = (await kernelsOf(endpoint)).sort();
    const { opening, id } = await beginOpening('starts/deleted.ipynb');
    expect((await at.rest('DELETE', `/sessions/${id}`)).status).toBe(204);
    expect((await opening).status).toBe(404);
    // An aborted start is undone once the server has answered with the id of its kernel.
    await sleep(3_000);
    await expect.poll(async () => (await kernelsOf(endpoint)).sort()).toEqual(before);
  });

  it('without a live worker leaves the session dead', async () => {
    const { id: like } = (await openSession('starts/other.ipynb')).body;
    const { id: _, liveKey: __, ...row } = await rowOf(like);
    const worker = await services().prisma.worker.findUniqueOrThrow({ where: { id: row.workerId } });
    const stopped = {
      ...worker,
      id: randomUUID(),
      liveKey: null,
      resourceClass: {},
      status: 'stopped',
    } as const;
    const { id: workerId } = await services().prisma.worker.create({ data: stopped });
    const session = await services().prisma.session.create({
      data: { ...row, workerId, kernelId: null, status: 'starting' },
    });
    await expect(services().sessions.open(session)).rejects.toMatchObject({ code: 'worker_not_live' });
    expect((await rowOf(session.id)).status).toBe('dead');
  });
});

describe('a session', () => {
  it('is dead when another client removes its kernel, and its execution ends with the event error', async () => {
    const { id } = (await openSession('starts/removed.ipynb')).body;
    const { events } = await beginCell(id);
    await askJupyter(await endpointOf(id), 'DELETE', `api/kernels/${(await rowOf(id)).kernelId}`);
    expect((await events).at(-1)).toMatchObject({ event: 'error', data: { code: 'kernel_died' } });
    await expect.poll(async () => (await read(id)).status).toBe('dead');
  });

  it('can be restarted right after its kernel was removed', async () => {
    const { id } = (await openSession('starts/moment.ipynb')).body;
    await askJupyter(await endpointOf(id), 'DELETE', `api/kernels/${(await rowOf(id)).kernelId}`);
    expect(await restart(id)).toMatchObject({ status: 200, body: { status: 'idle' } });
    expect(textOf(await runAll("print('on')", {}, id))).toBe('on\n');
  });

  it('that is deleted cancels its running execution, and its worker stays ready', async () => {
    const { id, worker_id } = (await openSession('starts/busy.ipynb')).body;
    const { events } = await beginCell(id);
    const status = async () => (await at.rest('GET', `/workers/${worker_id}`)).body.status;
    await expect.poll(status).toBe('busy');
    expect((await at.rest('DELETE', `/sessions/${id}`)).status).toBe(204);
    expect((await events).at(-1)).toMatchObject({ event: 'final_response', data: { status: 'cancelled' } });
    await expect.poll(status).toBe('ready');
  });
});
