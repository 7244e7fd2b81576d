import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { testPython } from '../support/jupyter.js';
import { readEvents } from '../support/sse.js';

vi.setConfig({ testTimeout: 90_000 });

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
});
afterAll(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await at.close();
});

const setPool = (
  size: number,
  more = 'kernelProfileId: "python3", resourceClassId: "standard"',
  token?: string,
) => at.graphql(`mutation { setWarmPool(${more}, size: ${size}) { size ready starting } }`, {}, token);
const pools = async () =>
  (await at.graphql('{ warmPools { size ready starting kernelProfile { id } resourceClass { id } } }')).data
    .warmPools;
const ready = async () => (await pools())[0]?.ready;
/** The servers that the backend has a record of, by worker id. */
const servers = async () =>
  (await readdir(join(at.dataDir, 'workers')))
    .filter((name) => name.endsWith('.server.json'))
    .map((name) => name.split('.')[0]!);
const pidOf = async (id: string) =>
  JSON.parse(await readFile(join(at.dataDir, 'workers', `${id}.server.json`), 'utf8')).pid;
const full = (size: number) => expect.poll(ready, { timeout: 60_000 }).toBe(size);

async function newWorkspace(): Promise<string> {
  const body = { name: 'One', default_repository_id: demo.repositoryId };
  return (await at.rest('POST', '/workspaces', { body })).body.id;
}

describe('a warm pool', () => {
  it('has as many started workers as it was set to, and never more', async () => {
    const { data } = await setPool(2);
    expect(data.setWarmPool).toEqual({ size: 2, ready: 0, starting: 2 });
    const seen = new Set<number>();
    const count = async () => {
      seen.add((await servers()).length);
      return ready();
    };
    await expect.poll(count, { timeout: 60_000 }).toBe(2);
    expect(Math.max(...seen)).toBeLessThanOrEqual(2);
    expect(await pools()).toEqual([
      { size: 2, ready: 2, starting: 0, kernelProfile: { id: 'python3' }, resourceClass: { id: 'standard' } },
    ]);
    expect((await at.rest('GET', '/workers')).body.total).toBe(0);
  });

  it('gives a worker to a start: it has the files of the branch, runs cells, and another is started', async () => {
    await full(2);
    const pids = new Map(
      await Promise.all((await servers()).map(async (id) => [id, await pidOf(id)] as const)),
    );
    const { body } = await at.rest('POST', '/workers', { body: { workspace_id: demo.workspaceId } });
    const status = async () => (await at.rest('GET', `/workers/${body.id}`)).body.status;
    await expect.poll(status, { interval: 20 }).toBe('ready');
    // The very process that ran before.
    expect(await pidOf(body.id)).toBe(pids.get(body.id));
    const path = demo.notebookPath;
    const opened = await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path } });
    expect(opened.body.worker_id).toBe(body.id);
    const base = `${at.url}/api/v1.0/engagement/spaces/demo/notebooks`;
    const run = await fetch(`${base}/sessions/${opened.body.id}/execute/stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code: "print(open('../README.md').read()[:6])" }),
    });
    const events = await readEvents(run);
    expect(events.find(({ data }) => data.type === 'stream')?.data.text).toBe('# Demo\n');
    await full(2);
    expect(await servers()).toHaveLength(3);
    expect((await at.rest('DELETE', `/workers/${body.id}`)).status).toBe(204);
  });

  it('replaces a worker whose server ends', async () => {
    await full(2);
    const [id] = await servers();
    process.kill(await pidOf(id!), 'SIGKILL');
    await expect.poll(servers, { timeout: 20_000 }).not.toContain(id);
    await full(2);
    expect(await servers()).not.toContain(id);
  });

  it('starts a worker anew where the server of the warm one does not answer', async () => {
    await full(2);
    const pids = await Promise.all((await servers()).map(pidOf));
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const opened = await at.rest('POST', '/sessions', { body: { workspace_id: await newWorkspace() } });
    expect(opened.status).toBe(201);
    expect((await at.rest('DELETE', `/workers/${opened.body.worker_id}`)).status).toBe(204);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGCONT');
      } catch {
        // It was ended already.
      }
    }
  });

  it('gives nothing that was started with other settings, and replaces it', async () => {
    await full(2);
    const before = await servers();
    const change = (value: string) =>
      at.graphql(`mutation { updateKernelProfile(id: "python3", input: {environment: [${value}]}) { id } }`);
    expect((await change('{name: "COLOUR", value: "red"}')).errors).toBeUndefined();
    const { body } = await at.rest('POST', '/workers', { body: { workspace_id: await newWorkspace() } });
    expect(before).not.toContain(body.id);
    await at.gateway.services.workers.warmPool.refresh();
    const kept = async () => (await servers()).filter((id) => before.includes(id));
    await expect.poll(kept, { timeout: 20_000 }).toEqual([]);
    await full(2);
    await change('');
  });

  it('discards its workers when it is set to 0', async () => {
    for (const { id } of await at.gateway.services.prisma.worker.findMany())
      await at.gateway.services.workers.stop(id);
    expect((await setPool(0)).data.setWarmPool.size).toBe(0);
    await expect.poll(servers, { timeout: 20_000 }).toEqual([]);
    expect(await pools()).toEqual([]);
    const folders = async () =>
      (await readdir(join(at.dataDir, 'workers'))).filter((name) => name.length === 36);
    await expect.poll(folders).toEqual([]);
  });
});

describe('setting a warm pool', () => {
  it.each([
    [-1, undefined, 'size'],
    [51, undefined, 'size'],
    [1, 'kernelProfileId: "nope", resourceClassId: "standard"', 'kernelProfileId'],
    [1, 'kernelProfileId: "python3", resourceClassId: "nope"', 'resourceClassId'],
    [1, 'kernelProfileId: "container", resourceClassId: "standard"', 'kernelProfileId'],
  ])('to %i for %s is refused and names %s', async (size, ids, field) => {
    const { prisma } = at.gateway.services;
    const container = { id: 'container', displayName: 'x', language: 'x', kernelName: 'x' };
    await prisma.kernelProfile.createMany({
      data: [{ ...container, runtime: 'dedicated' }],
      skipDuplicates: true,
    });
    const { errors } = await setPool(size, ids);
    expect(errors?.[0].extensions).toMatchObject({ code: 'invalid_request', errors: [{ path: [field] }] });
  });

  it('is for platform admins', async () => {
    const { token } = await makeUser(at, { role: 'admin' });
    expect((await setPool(1, undefined, token)).errors?.[0].extensions.code).toBe('forbidden');
    const { errors } = await at.graphql('{ warmPools { size } }', {}, token);
    expect(errors?.[0].extensions.code).toBe('forbidden');
  });
});
