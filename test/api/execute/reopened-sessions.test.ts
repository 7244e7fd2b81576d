import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import type { Database } from '../../../src/engines/database/database.js';
import { openExternalBackend } from '../../../src/workers/backends/external/open-external-backend.js';
import { openTestDatabase } from '../../support/database.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { serverPidOf, testPython } from '../../support/jupyter.js';

let database: Database;
/** Whether the database does not answer what is asked while sessions are reopened. */
let isAway = false;
let refused = 0;
let dataDir: string;
let at: TestGateway;

async function open(): Promise<void> {
  at = await openTestGateway({
    database: { ...database, close: async () => {} },
    dataDir,
    backends: () => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
}
function refuseAway(): void {
  if (!isAway) return;
  refused += 1;
  throw Object.assign(new Error('Server has closed the connection.'), { name: 'Broken', code: 'P1017' });
}

beforeAll(async () => {
  const opened = await openTestDatabase();
  const prisma = opened.prisma.$extends({
    query: {
      execution: {
        async findFirst({ args, query }) {
          if (args.where?.finishedAt === null) refuseAway();
          return query(args);
        },
      },
      session: {
        async findUnique({ args, query }) {
          if (args.select?.worker) refuseAway();
          return query(args);
        },
      },
    },
  }) as unknown as typeof opened.prisma;
  database = { ...opened, prisma };
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-test-'));
  await open();
}, 300_000);
afterAll(async () => {
  isAway = false;
  for (const { id } of await database.prisma.worker.findMany()) await at.gateway.services.workers.stop(id);
  await at.close();
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

const execute = (session: string, code: string) =>
  at.rest('POST', `/sessions/${session}/execute/batch`, { body: { cells: [{ code }] } });

/** Begins a cell in a session of its own, which goes on until a file is written. */
async function begin(name: string) {
  const path = `${name}.ipynb`;
  const { body } = await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path } });
  const { id: session, worker_id: worker } = body as { id: string; worker_id: string };
  const files = join(dataDir, 'workers', worker, 'files');
  const code = `import os, time
open('${name} ran', 'a').write('x')
print('begun', flush=True)
while not os.path.exists('${name} goes on'): time.sleep(0.01)
print(len(open('${name} ran').read()))`;
  const { id } = (await execute(session, code)).body.executions[0];
  await expect.poll(() => existsSync(join(files, `${name} ran`)), { timeout: 30_000 }).toBe(true);
  const read = async () => (await at.rest('GET', `/sessions/${session}/executions/${id}`)).body;
  await expect.poll(async () => (await read()).status).toBe('running');
  return { session, worker, read, goOn: () => writeFile(join(files, `${name} goes on`), '') };
}
type Begun = Awaited<ReturnType<typeof begin>>;

/** Its cell has gone on with all its output, and run once. */
async function expectWhole({ session, read, goOn }: Begun): Promise<void> {
  await goOn();
  await expect.poll(async () => (await read()).status, { timeout: 30_000 }).toBe('ok');
  expect((await read()).outputs).toMatchObject([{ text: 'begun\n1\n' }]);
  const { status } = (await at.rest('GET', `/sessions/${session}`)).body;
  expect(['idle', 'busy']).toContain(status);
}

it('are not given up while their server does not answer: it has as long as at any other time', async () => {
  const begun = await begin('stalled');
  await at.close();
  const pid = await serverPidOf({ spec: { workerId: begun.worker } });
  process.kill(pid, 'SIGSTOP');
  try {
    await open();
    await sleep(3_000);
    expect((await at.rest('GET', `/sessions/${begun.session}`)).body.status).toBe('busy');
    expect(await begun.read()).toMatchObject({ status: 'running' });
    const worker = async () => (await at.rest('GET', `/workers/${begun.worker}`)).body;
    await expect.poll(worker).toMatchObject({ status_reason: 'not_answering' });
    expect(await execute(begun.session, '1')).toMatchObject({ status: 503 });
    expect(await at.rest('POST', `/sessions/${begun.session}/interrupt`)).toMatchObject({ status: 503 });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await expectWhole(begun);
}, 120_000);

it('are not given up while the database does not answer', async () => {
  const begun = await begin('outage');
  await at.close();
  isAway = true;
  refused = 0;
  const opened = open();
  await expect.poll(() => refused, { timeout: 30_000 }).toBeGreaterThan(1);
  isAway = false;
  await opened;
  await expectWhole(begun);
}, 120_000);

it('give what a child process prints then to the newest cell that has begun, not to one that was cancelled before', async () => {
  const path = 'child.ipynb';
  const { body } = await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path } });
  const { id: session, worker_id: worker } = body as { id: string; worker_id: string };
  const file = (name: string) => join(dataDir, 'workers', worker, 'files', name);
  const executions = `/sessions/${session}/executions`;
  const read = async (id: string) => (await at.rest('GET', `${executions}/${id}`)).body;
  const code = `import os, subprocess, time
child = subprocess.Popen('while ! test -e child-goes-on; do sleep 0.1; done; echo late', shell=True)
print('now', flush=True)
while not os.path.exists('cell-ends'): time.sleep(0.01)`;
  const { id } = (await execute(session, code)).body.executions[0];
  const waiting = (await execute(session, "print('never')")).body.executions[0];
  await expect.poll(async () => (await read(id)).status, { timeout: 30_000 }).toBe('running');
  expect((await at.rest('POST', `${executions}/${waiting.id}/cancel`)).status).toBe(200);
  await writeFile(file('cell-ends'), '');
  await expect.poll(async () => (await read(id)).status).toBe('ok');
  await at.close();
  await open();
  // Once the kernel has answered who asks at this connection, that is the newest request, whatever it asks.
  const ask = () =>
    at.rest('POST', `/sessions/${session}/complete`, { body: { code: 'prin', cursor_pos: 4 } });
  await expect.poll(async () => (await ask()).status, { timeout: 30_000 }).toBe(200);
  await writeFile(file('child-goes-on'), '');
  const textOf = (one: any) => one.outputs.map(({ text }: any) => text).join('');
  const printed = async () => [textOf(await read(id)), textOf(await read(waiting.id))];
  await expect.poll(printed).toEqual(['now\nlate\n', '']);
}, 120_000);
