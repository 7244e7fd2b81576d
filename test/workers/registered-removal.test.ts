import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RegisteredBackend } from '../../src/workers/backends/external/registered-backend.js';
import { fixedServers } from '../support/fixed-servers.js';

const workerId = randomUUID();
const folder = `gateway-workers/${workerId}`;

let stateRoot: string;
let server: Server;
let backend: RegisteredBackend;
/** What the Jupyter server was asked. */
let requests: string[];
/** What it answers instead of having done it. */
let fault: { at: RegExp; status: number } | undefined;

beforeEach(async () => {
  stateRoot = await mkdtemp(join(tmpdir(), 'registered-removal-'));
  requests = [];
  fault = undefined;
  server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    response.writeHead(fault?.at.test(line) ? fault.status : 204).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  backend = new RegisteredBackend({ stateRoot, servers: fixedServers({ baseUrl, token: 'token' }) });
});
afterEach(async () => {
  await backend.close();
  server.closeAllConnections();
  server.close();
  await rm(stateRoot, { recursive: true });
});

/** The state that a stop of the worker leaves. */
async function stopOn(serverId: string): Promise<void> {
  await mkdir(join(stateRoot, 'registered'));
  await writeFile(join(stateRoot, 'registered', workerId), serverId);
  await backend.stop(workerId);
}
const remove = (kernelIds: string[] = []) => backend.remoteFolders.remove(workerId, kernelIds);
const records = () => readdir(join(stateRoot, 'registered'));

it('the kernels and the folder of an ended worker are removed from its server, once', async () => {
  await stopOn('configured');
  await remove(['one', 'two']);
  expect(requests.toSorted()).toEqual([
    `DELETE /api/contents/${folder}`,
    'DELETE /api/kernels/one',
    'DELETE /api/kernels/two',
  ]);
  expect(await records()).toEqual([]);
  await remove(['one', 'two']);
  expect(requests).toHaveLength(3);
});

it.each([
  ['the folder', /contents/],
  ['a kernel', /kernels\/one/],
])('while the server fails to remove %s, the removal fails, and is tried again', async (_what, at) => {
  await stopOn('configured');
  fault = { at, status: 503 };
  await expect(remove(['one', 'two'])).rejects.toMatchObject({ code: 'runtime_unavailable' });
  // One fault prevents nothing else.
  expect(requests).toContain('DELETE /api/kernels/two');
  expect(requests).toContain(`DELETE /api/contents/${folder}`);
  fault = undefined;
  requests.length = 0;
  await remove(['one', 'two']);
  expect(requests).toHaveLength(3);
  expect(await records()).toEqual([]);
});

it('what is on a server that is not registered any more is given up', async () => {
  await stopOn('deleted');
  await expect(remove()).rejects.toThrow(/not registered/);
  expect(await records()).toEqual([]);
  await remove();
  expect(requests).toEqual([]);
});
