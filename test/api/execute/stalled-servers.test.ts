import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { openExternalBackend } from '../../../src/workers/backends/external/open-external-backend.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { kernelsOf, serverPidOf, testPython } from '../../support/jupyter.js';
import { readEvents, type SentEvent } from '../../support/sse.js';

let at: TestGateway;

beforeAll(async () => {
  at = await openTestGateway({
    env: { WORKER_SILENCE_SECONDS: '12' },
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
});
afterAll(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await at.close();
});

const open = async (path: string): Promise<{ id: string; worker_id: string }> =>
  (await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path } })).body;
const worker = async (id: string) => (await at.rest('GET', `/workers/${id}`)).body;
const session = async (id: string) => (await at.rest('GET', `/sessions/${id}`)).body;
const send = (url: string, body: object, accept: string) =>
  fetch(`${at.url}${url}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
  });

/** Begins a cell; resolves once it has printed something. */
async function begin(id: string, code: string): Promise<{ events: Promise<SentEvent[]> }> {
  const path = `/api/v1.0/engagement/spaces/demo/notebooks/sessions/${id}/execute/stream`;
  const answer = await send(path, { code, cell_index: 0 }, 'text/event-stream');
  let events!: Promise<SentEvent[]>;
  await new Promise<void>((resolve) => {
    events = readEvents(answer, ({ data }) => {
      if (data.type === 'stream' || data.status) resolve();
      return false;
    });
  });
  return { events };
}

const run = async (id: string, code: string) => (await begin(id, code)).events;
const textOf = (events: SentEvent[]) =>
  events.flatMap(({ data }) => (data.type === 'stream' ? [data.text] : [])).join('');

/** Stops the server of a worker while `work` runs. */
async function whileStopped(workerId: string, work: () => Promise<void>): Promise<void> {
  const pid = await serverPidOf({ spec: { workerId } });
  process.kill(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/** What a watcher of a worker gets until it has `reason` and then none. */
async function watchReasons(workerId: string, reason: string): Promise<(string | null)[]> {
  const query = `subscription { workerChanged(spaceSlug: "demo", workerId: "${workerId}") { statusReason } }`;
  const reasons: (string | null)[] = [];
  await readEvents(await send('/graphql', { query }, 'text/event-stream'), ({ data }) => {
    if (data?.data) reasons.push(data.data.workerChanged.statusReason);
    return reasons.at(-1) === null && reasons.includes(reason);
  });
  return reasons;
}

describe('a server that', () => {
  it('does not answer for 6 s ends nothing: its worker says so, and its cells go on with all their output', async () => {
    const { id, worker_id } = await open('stalls/short.ipynb');
    const idle = await open('stalls/idle.ipynb');
    await run(idle.id, 'kept = 42');
    const reasons = watchReasons(worker_id, 'not_answering');
    const code = 'import time\nfor i in range(50):\n    print(i, flush=True)\n    time.sleep(0.2)';
    const { events } = await begin(id, code);
    await whileStopped(worker_id, async () => {
      const end = sleep(6_000);
      await expect.poll(() => worker(worker_id)).toMatchObject({ status_reason: 'not_answering' });
      for (const action of ['interrupt', 'restart']) {
        const refused = await at.rest('POST', `/sessions/${id}/${action}`);
        expect(refused).toMatchObject({ status: 503, body: { code: 'runtime_unavailable' } });
        expect(refused.headers.get('retry-after')).toBe('5');
      }
      expect(await at.rest('DELETE', `/sessions/${id}`)).toMatchObject({ status: 503 });
      await end;
    });
    expect((await events).at(-1)).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
    expect(textOf(await events)).toBe(Array.from({ length: 50 }, (_, i) => `${i}\n`).join(''));
    expect(await reasons).toContain('not_answering');
    expect(await worker(worker_id)).toMatchObject({ status_reason: null, progress: { message: 'Ready' } });
    expect(await session(idle.id)).toMatchObject({ status: 'idle' });
    expect(textOf(await run(idle.id, 'print(kept)'))).toBe('42\n');
  }, 40_000);

  it('does not answer for WORKER_SILENCE_SECONDS ends its sessions, and their kernels once it answers again', async () => {
    const [one, other] = [await open('stalls/long-1.ipynb'), await open('stalls/long-2.ipynb')];
    const { prisma, workers } = at.gateway.services;
    const rows = await prisma.session.findMany({ where: { id: { in: [one.id, other.id] } } });
    const lost = rows.map(({ kernelId }) => kernelId);
    const endpoint = workers.endpoint(one.worker_id)!;
    const { events } = await begin(one.id, "import time\nprint('on', flush=True)\ntime.sleep(600)");
    await whileStopped(one.worker_id, async () => {
      const last = (await events).at(-1);
      expect(last).toMatchObject({ event: 'error', data: { code: 'worker_lost', retryable: false } });
      for (const { id } of [one, other]) {
        await expect.poll(async () => (await session(id)).status).toBe('dead');
      }
    });
    // A run that was reported as failed goes on nowhere.
    const left = async () => (await kernelsOf(endpoint)).filter((kernel) => lost.includes(kernel));
    await expect.poll(left, { timeout: 20_000 }).toEqual([]);
    await expect.poll(async () => (await worker(one.worker_id)).status_reason).toBeNull();
    expect((await at.rest('POST', `/sessions/${one.id}/restart`)).status).toBe(200);
    expect(textOf(await run(one.id, "print('again')"))).toBe('again\n');
    expect((await at.rest('DELETE', `/sessions/${other.id}`)).status).toBe(204);
  }, 60_000);

  it('does not answer for so long leaves no kernel either where its sessions are restarted or deleted immediately', async () => {
    const [one, other] = [await open('stalls/soon-1.ipynb'), await open('stalls/soon-2.ipynb')];
    const { prisma, workers } = at.gateway.services;
    const rows = await prisma.session.findMany({ where: { id: { in: [one.id, other.id] } } });
    const lost = rows.map(({ kernelId }) => kernelId);
    const endpoint = workers.endpoint(one.worker_id)!;
    await whileStopped(one.worker_id, async () => {
      for (const { id } of [one, other])
        await expect.poll(async () => (await session(id)).status, { timeout: 30_000 }).toBe('dead');
    });
    const restarted = async () => (await at.rest('POST', `/sessions/${one.id}/restart`)).status;
    const deleted = async () => (await at.rest('DELETE', `/sessions/${other.id}`)).status;
    await Promise.all([expect.poll(restarted).toBe(200), expect.poll(deleted).toBe(204)]);
    const left = async () => (await kernelsOf(endpoint)).filter((kernel) => lost.includes(kernel));
    await expect.poll(left, { timeout: 20_000 }).toEqual([]);
    expect(await session(one.id)).toMatchObject({ status: 'idle' });
  }, 90_000);

  it('is killed ends its cells immediately', async () => {
    const { id, worker_id } = await open('stalls/killed.ipynb');
    const { events } = await begin(id, "import time\nprint('on', flush=True)\ntime.sleep(600)");
    const killedAt = performance.now();
    process.kill(await serverPidOf({ spec: { workerId: worker_id } }), 'SIGKILL');
    expect((await events).at(-1)).toMatchObject({ event: 'error', data: { code: 'worker_lost' } });
    expect(performance.now() - killedAt).toBeLessThan(2_000);
    await expect.poll(() => worker(worker_id)).toMatchObject({ status: 'failed', status_reason: 'exited' });
    expect(await session(id)).toMatchObject({ status: 'dead' });
  }, 30_000);
});
