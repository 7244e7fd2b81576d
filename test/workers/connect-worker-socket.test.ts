import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectWorkerSocket } from '../../src/workers/backends/docker/connect-worker-socket.js';

describe('a connection to the socket of a worker', () => {
  let folder: string;
  const uid = process.getuid!();
  const servers: Server[] = [];

  beforeEach(async () => {
    const root = await mkdtemp(join(tmpdir(), 'socket-'));
    folder = join(root, 'long'.repeat(40));
    await mkdir(folder);
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) server.close();
    await rm(join(folder, '..'), { recursive: true, force: true });
  });

  /** A server that greets; `accepted` counts its connections. */
  async function listen(name: string): Promise<{ accepted: () => number }> {
    let accepted = 0;
    const server = createServer((socket) => {
      accepted += 1;
      socket.on('error', () => {});
      socket.end('hello');
    });
    servers.push(server);
    // An address has at most 107 bytes.
    const short = join(tmpdir(), `s-${process.pid}`);
    await rm(short, { force: true });
    await symlink(folder, short);
    server.listen(join(short, name));
    await once(server, 'listening');
    await rm(short);
    return { accepted: () => accepted };
  }

  test('is opened, however long the path of the folder is', async () => {
    await listen('jupyter.sock');
    expect(join(folder, 'jupyter.sock').length).toBeGreaterThan(107);
    const socket = await connectWorkerSocket(join(folder, 'jupyter.sock'), uid);
    const [greeting] = await once(socket, 'data');
    expect(String(greeting)).toBe('hello');
    socket.destroy();
  });

  test('is refused through a link, also one to a socket of the right user', async () => {
    const { accepted } = await listen('engine.sock');
    await symlink(join(folder, 'engine.sock'), join(folder, 'jupyter.sock'));
    await expect(connectWorkerSocket(join(folder, 'jupyter.sock'), uid)).rejects.toThrow('was replaced');
    expect(accepted()).toBe(0);
  });

  test('is refused to the socket of another user', async () => {
    const { accepted } = await listen('jupyter.sock');
    const path = join(folder, 'jupyter.sock');
    await expect(connectWorkerSocket(path, uid + 1)).rejects.toThrow('was replaced');
    expect(accepted()).toBe(0);
  });

  test('is refused to a file, a folder, and nothing', async () => {
    const path = join(folder, 'jupyter.sock');
    await expect(connectWorkerSocket(path, uid)).rejects.toMatchObject({ code: 'ENOENT' });
    await writeFile(path, '');
    await expect(connectWorkerSocket(path, uid)).rejects.toThrow('was replaced');
    await rm(path);
    await mkdir(path);
    await expect(connectWorkerSocket(path, uid)).rejects.toThrow('was replaced');
  });

  test('never follows a link that is exchanged with the socket all the time', async () => {
    await listen('jupyter.sock');
    const { accepted } = await listen('engine.sock');
    const path = join(folder, 'jupyter.sock');
    let isExchanging = true;
    const exchanging = (async () => {
      while (isExchanging) {
        await symlink(join(folder, 'engine.sock'), join(folder, 'next'));
        await rename(path, join(folder, 'kept'));
        await rename(join(folder, 'next'), path);
        await rename(join(folder, 'kept'), path);
      }
    })();
    const outcomes = { opened: 0, refused: 0 };
    for (let count = 0; count < 500; count += 1) {
      await connectWorkerSocket(path, uid).then(
        (socket) => {
          outcomes.opened += 1;
          socket.destroy();
        },
        () => {
          outcomes.refused += 1;
        },
      );
    }
    isExchanging = false;
    await exchanging;
    expect(accepted()).toBe(0);
    expect(outcomes.opened).toBeGreaterThan(0);
  });

  test('leaves no open file behind', async () => {
    await listen('jupyter.sock');
    const before = (await readdir('/proc/self/fd')).length;
    for (let count = 0; count < 50; count += 1) {
      await connectWorkerSocket(join(folder, 'jupyter.sock'), uid + 1).catch(() => {});
    }
    expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(before + 2);
  });
});
