import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { askJupyter, kernelsOf, testPython } from '../support/jupyter.js';
import { readEvents } from '../support/sse.js';

vi.setConfig({ testTimeout: 90_000 });

let at: TestGateway;
let workerId: string;
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
  const data = { environment: { COLOUR: 'red' }, warmImports: ['decimal'] };
  await at.gateway.services.prisma.kernelProfile.update({ where: { id: 'python3' }, data });
  await setKernels(1);
  workerId = (await at.rest('POST', '/workers', { body: { workspace_id: demo.workspaceId } })).body.id;
}, 300_000);
afterAll(async () => {
  await at.gateway.services.workers.stop(workerId);
  await at.close();
});

const setKernels = async (kernels: number) =>
  at.graphql(
    `mutation { setWarmPool(kernelProfileId: "python3", resourceClassId: "standard", size: 0, kernels: ${kernels}) {
      size kernels readyKernels
    } }`,
  );
const ready = async () =>
  (await at.graphql('{ warmPools { readyKernels } }')).data.warmPools[0]?.readyKernels;
const full = (count: number) => expect.poll(ready, { timeout: 60_000, interval: 50 }).toBe(count);
const running = () => kernelsOf(at.gateway.services.workers.endpoint(workerId)!);
const rowOf = (id: string) => at.gateway.services.prisma.session.findUniqueOrThrow({ where: { id } });

const openSession = async (path: string, more: object = {}) =>
  (await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path, ...more } })).body;

async function eventsOf(sessionId: string, code: string) {
  const base = `${at.url}/api/v1.0/engagement/spaces/demo/notebooks`;
  const response = await fetch(`${base}/sessions/${sessionId}/execute/stream`, {
    method: 'POST',
    headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  return readEvents(response);
}

async function printOf(sessionId: string, code: string): Promise<string> {
  return (await eventsOf(sessionId, code))
    .filter(({ data }) => data.type === 'stream')
    .map(({ data }) => data.text)
    .join('')
    .trim();
}

describe('a warm kernel', () => {
  it('is started on a live worker, counts as no activity, and is no session', async () => {
    await full(1);
    const { prisma, workers } = at.gateway.services;
    const [kernel] = await running();
    expect(await running()).toEqual([kernel]);
    expect(await prisma.session.count()).toBe(0);
    const worker = await prisma.worker.findUniqueOrThrow({ where: { id: workerId } });
    expect(worker).toMatchObject({ status: 'ready', lastActivityAt: worker.startedAt });
    expect(workers.endpoint(workerId)).toBeDefined();
  });

  it('is given to a new session as a new kernel would be: folder, variables, imports, counter', async () => {
    await full(1);
    const [kernel] = await running();
    const session = await openSession(demo.notebookPath);
    expect(session.status).toBe('idle');
    expect((await rowOf(session.id)).kernelId).toBe(kernel);
    const code =
      "import os, sys\nprint(os.getcwd().split('/')[-1], os.path.samefile(_dh[0], '.'), sorted(k for k in globals()";
    const names =
      "if not k.startswith('_')), os.environ['COLOUR'], 'decimal' in sys.modules, get_ipython().execution_count)";
    const warm = await printOf(session.id, `${code} ${names}`);
    await setKernels(0);
    const cold = await openSession('notebooks/cold.ipynb');
    expect(await printOf(cold.id, `${code} ${names}`)).toBe(warm);
    expect(warm).toMatch(/^notebooks True .* red True \d+$/);
    await setKernels(1);
    expect((await rowOf(cold.id)).kernelId).not.toBe(kernel);
  });

  it('is replaced after it was given out, and when it ends', async () => {
    await full(1);
    const sessions = await at.gateway.services.prisma.session.findMany();
    const warm = async () => {
      const taken = new Set(sessions.map(({ kernelId }) => kernelId));
      return (await running()).filter((id) => !taken.has(id));
    };
    const [kernel] = await warm();
    const endpoint = at.gateway.services.workers.endpoint(workerId)!;
    await askJupyter(endpoint, 'DELETE', `api/kernels/${kernel}`);
    const other = async () =>
      (await ready()) === 1 && (await warm()).length === 1 && (await warm())[0] !== kernel;
    await expect.poll(other, { timeout: 60_000 }).toBe(true);
  });

  it('is not given to a restarted session, which gets a new kernel', async () => {
    await full(1);
    const where = { status: 'idle', isKernelMoved: false } as const;
    const sessions = await at.gateway.services.prisma.session.findMany({ where });
    const before = await running();
    expect((await at.rest('POST', `/sessions/${sessions[0]!.id}/restart`)).status).toBe(200);
    expect(await ready()).toBe(1);
    expect((await running()).sort()).toEqual(before.sort());
  });

  it('leaves its session in the folder of the path, also when that is restarted while a cell runs', async () => {
    await full(1);
    const { prisma } = at.gateway.services;
    const { id, kernelId } = await prisma.session.findFirstOrThrow({ where: { isKernelMoved: true } });
    const before = await running();
    const sleeping = eventsOf(id, 'import time\nleft = 1\ntime.sleep(600)');
    await expect.poll(async () => (await rowOf(id)).status).toBe('busy');
    const { status, body } = await at.rest('POST', `/sessions/${id}/restart`);
    expect([status, body.status, body.execution_count]).toEqual([200, 'idle', 0]);
    expect((await sleeping).at(-1)!.data).toMatchObject({ status: 'cancelled' });
    const code =
      "import os\nprint(os.getcwd().split('/')[-1], os.path.samefile(_dh[0], '.'), 'left' in globals())";
    expect(await printOf(id, code)).toBe('notebooks True False');
    const kept = before.filter((one) => one !== kernelId);
    expect((await running()).sort()).toEqual([...kept, (await rowOf(id)).kernelId].sort());
    expect(await ready()).toBe(1);
    expect((await at.rest('POST', `/sessions/${id}/restart`)).status).toBe(200);
    expect(await printOf(id, code)).toBe('notebooks True False');
  });

  it('that cannot be moved stays for a session in the own folder of its worker', async () => {
    await full(1);
    const { kernelProfile } = at.gateway.services.prisma;
    const where = { id: 'python3' };
    const { language } = await kernelProfile.findUniqueOrThrow({ where });
    await kernelProfile.update({ where, data: { language: 'R' } });
    try {
      const before = await running();
      const below = await openSession('notebooks/below.ipynb');
      expect(before).not.toContain((await rowOf(below.id)).kernelId);
      expect(await ready()).toBe(1);
      const top = await openSession('top.ipynb');
      expect(before).toContain((await rowOf(top.id)).kernelId);
    } finally {
      await kernelProfile.update({ where, data: { language } });
    }
  });

  it('ends when the size is 0', async () => {
    await full(1);
    const before = await running();
    expect((await setKernels(0)).data.setWarmPool).toEqual({ size: 0, kernels: 0, readyKernels: 0 });
    await expect.poll(async () => (await running()).length, { timeout: 20_000 }).toBe(before.length - 1);
    expect((await at.graphql('{ warmPools { size } }')).data.warmPools).toEqual([]);
  });
});

it.each([-1, 6])('%i kernels are refused', async (kernels) => {
  const { errors } = await setKernels(kernels);
  expect(errors?.[0].extensions).toMatchObject({ code: 'invalid_request', errors: [{ path: ['kernels'] }] });
});
