import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installArchive } from '../../src/workers/backends/environments/install-archive.js';
import { fetchArchive, sendArchive } from '../../src/workers/backends/kubernetes/exchange-archive.js';
import { freePort } from '../support/free-port.js';

let folder: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-'));
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  await rm(folder, { recursive: true });
});

async function listen(listener: RequestListener, port = 0) {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve));
  return at((server.address() as AddressInfo).port);
}
const at = (port: number) => ({ baseUrl: `http://127.0.0.1:${port}/`, token: 'secret' });
const signal = () => AbortSignal.timeout(20_000);
/** Installs with an archive that is fetched. */
const install = (endpoint: ReturnType<typeof at>) =>
  installArchive(
    {
      directory: join(folder, 'partial'),
      environment: {},
      async run(keep, limit) {
        await fetchArchive(endpoint, keep, limit);
        return { succeeded: true, output: '' };
      },
    },
    signal(),
  );

test('an archive is fetched with the token, and its size is known', async () => {
  const endpoint = await listen(({ headers }, response) => {
    response.writeHead(headers.authorization === 'token secret' ? 200 : 403);
    response.end('archive');
  });
  expect(await install(endpoint)).toBe(7);
  expect(await readdir(join(folder, 'partial/site'))).toEqual(['packages.tar']);
  await expect(install({ ...endpoint, token: 'other' })).rejects.toThrow('403');
});

test('an archive whose connection ends too early is refused', async () => {
  const endpoint = await listen((_, response) => {
    response.write('half of an');
    setImmediate(() => response.destroy());
  });
  await expect(install(endpoint)).rejects.toThrow();
});

test('an archive is sent once something listens, and is there when the receiver has answered', async () => {
  const file = join(folder, 'packages.tar');
  await writeFile(file, 'x'.repeat(1_000_000));
  const port = await freePort('127.0.0.1');
  let received = '';
  const sending = sendArchive(at(port), { file, bytes: 1_000_000 }, signal());
  await listen(async (request, response) => {
    received = await text(request);
    response.writeHead(204).end();
  }, port);
  await sending;
  expect(received).toHaveLength(1_000_000);
});

test('a receiver that fails is an error', async () => {
  const file = join(folder, 'packages.tar');
  await writeFile(file, 'x');
  const endpoint = await listen((request, response) => {
    request.resume();
    response.writeHead(500).end();
  });
  await expect(sendArchive(endpoint, { file, bytes: 1 }, signal())).rejects.toThrow('500');
});

test('a receiver that has answered and closed before the end of the file is seen is no error', async () => {
  const file = join(folder, 'packages.tar');
  execFileSync('mkfifo', [file]);
  // Its end is seen only once this is closed.
  const writing = await open(file, 'r+');
  await writing.write('x'.repeat(1000));
  const endpoint = await listen(async (request, response) => {
    for (let length = 0; length < 1000; ) length += (await once(request, 'data'))[0].length;
    response.writeHead(204, { connection: 'close' }).end();
  });
  try {
    await sendArchive(endpoint, { file, bytes: 1000 }, signal());
  } finally {
    await writing.close();
  }
});

test('an archive that never ends is given up after the time that it may take', async () => {
  const endpoint = await listen((_, response) => void response.write('begin'));
  const run = async (keep: (archive: Readable) => Promise<void>, limit: AbortSignal) => {
    await fetchArchive(endpoint, keep, limit);
    return { succeeded: true, output: '' };
  };
  const installing = installArchive(
    { directory: join(folder, 'partial'), environment: {}, maxMs: 600, run },
    signal(),
  );
  await expect(installing).rejects.toMatchObject({
    message: expect.stringContaining('it took longer than 0.01 minutes'),
    extra: { reason: 'environment_failed' },
  });
});

test('a Pod that switches to another protocol is an error, not an endless wait', async () => {
  const file = join(folder, 'packages.tar');
  await writeFile(file, 'x');
  const endpoint = await listen(({ socket }) => {
    socket.write('HTTP/1.1 101 Other\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n');
  });
  await expect(install(endpoint)).rejects.toThrow('without an answer');
  await expect(sendArchive(endpoint, { file, bytes: 1 }, signal())).rejects.toThrow('without an answer');
});

test('an installation elsewhere that failed says why, without the values of the environment', async () => {
  const environment = { INDEX: 'value-of-the-profile' };
  const run = async () => ({ succeeded: false, output: 'ERROR: no value-of-the-profile\n' });
  const installing = installArchive({ directory: join(folder, 'partial'), environment, run }, signal());
  await expect(installing).rejects.toThrow('could not be installed: no [hidden]. Change it');
});
