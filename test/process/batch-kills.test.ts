import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { callDemo } from '../support/demo-requests.js';
import { type SpawnedGateway, spawnGatewayProcess } from '../support/gateway-process.js';
import { testPython } from '../support/jupyter.js';
import { parseEvents } from '../support/sse.js';

vi.setConfig({ testTimeout: 150_000, hookTimeout: 300_000 });

let dataDir: string;
let gateway: SpawnedGateway;
let url: string;
let token: string;
async function start(): Promise<void> {
  gateway = spawnGatewayProcess(dataDir);
  url = await gateway.listening;
}
beforeAll(async () => {
  await testPython();
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-batch-'));
  await start();
  token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
});
afterAll(async () => {
  const workers = (await (await call('GET', '/workers')).json()) as { items: { id: string }[] };
  for (const { id } of workers.items) await call('DELETE', `/workers/${id}`);
  await gateway.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

const call = (method: string, path: string, body?: object) => callDemo({ url, token }, method, path, body);

const names = ['a', 'b', 'c', 'd', 'e'];
const lineCount = 200;
const linesOf = (name: string) => Array.from({ length: lineCount }, (_, i) => `${name} ${i}\n`).join('');
/** Prints its lines, and waits before the last one until a file is there. */
const cellOf = (name: string) => `import os, time
open('order.txt', 'a').write('${name}')
for i in range(${lineCount - 1}): print('${name}', i, flush=True)
open('${name} waits', 'w').close()
while not os.path.exists('${name} goes on'): time.sleep(0.01)
print('${name}', ${lineCount - 1}, flush=True)
open('${name} ends', 'w').close()`;

it('a batch whose gateway is killed between two of its cells runs each once, in order, with its whole log', async () => {
  const body = { workspace_id: demo.workspaceId, path: 'notebooks/batch.ipynb' };
  const session = (await (await call('POST', '/sessions', body)).json()) as any;
  const file = (name: string) => join(dataDir, 'workers', session.worker_id, 'files/notebooks', name);
  const appears = (name: string) =>
    expect.poll(() => existsSync(file(name)), { timeout: 60_000, interval: 5 }).toBe(true);
  const base = `/sessions/${session.id}`;
  const cells = names.map((name) => ({ code: cellOf(name) }));
  const batch = (await (await call('POST', `${base}/execute/batch`, { cells })).json()) as any;
  const ids: string[] = batch.executions.map(({ id }: { id: string }) => id);
  const read = async (id: string) => (await (await call('GET', `${base}/executions/${id}`)).json()) as any;

  // The first cell ends while its gateway is stopped, which never sends the second one.
  await appears('a waits');
  process.kill(gateway.pid!, 'SIGSTOP');
  await writeFile(file('a goes on'), '');
  await appears('a ends');
  await gateway.kill('SIGKILL');
  expect(existsSync(file('b waits'))).toBe(false);
  await start();

  // The end of the second is written, and the third may be sent or not.
  await appears('b waits');
  await writeFile(file('b goes on'), '');
  await expect.poll(async () => (await read(ids[1]!)).status, { timeout: 60_000, interval: 5 }).toBe('ok');
  await gateway.kill('SIGKILL');
  await start();

  // The third has ended in its kernel, and its gateway may know that or not.
  await appears('c waits');
  await writeFile(file('c goes on'), '');
  await appears('c ends');
  await gateway.kill('SIGKILL');
  await start();

  for (const name of ['d', 'e']) await writeFile(file(`${name} goes on`), '');
  await expect.poll(async () => (await read(ids.at(-1)!)).status, { timeout: 60_000 }).toBe('ok');
  for (const [i, name] of names.entries()) {
    const stream = await call('GET', `${base}/executions/${ids[i]}/stream`);
    const events = parseEvents(await stream.text());
    expect(events.map(({ id }) => id)).toEqual(events.map((_, at) => String(at + 1)));
    expect(events.map(({ data }) => data.text ?? '').join('')).toBe(linesOf(name));
    expect(events.at(-1)!.data).toMatchObject({ status: 'ok', truncated: false });
    expect(events.at(-1)!.data.outputs).toMatchObject([{ text: linesOf(name) }]);
  }
  expect(await readFile(file('order.txt'), 'utf8')).toBe(names.join(''));
  const times = await Promise.all(ids.map(read));
  const starts = times.map(({ started_at }) => started_at);
  expect(starts).toEqual([...starts].sort());
});
