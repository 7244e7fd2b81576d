import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { openDockerBackend } from '../../src/workers/backends/docker/open-docker-backend.js';
import { RunFolders } from '../../src/workers/backends/docker/run-folders.js';
import { removeTree } from '../../src/workers/remove-tree.js';
import { makeDeepTree } from '../support/deep-tree.js';
import { asOrdinaryUser, isRoot, nobody } from '../support/ordinary-user.js';

let root: string;
const workerId = randomUUID();
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'docker-removal-'));
  if (isRoot) await chown(root, nobody, nobody);
});
afterEach(() => removeTree(root));

it('the folder of a container is removed whatever its kernels made beside the socket', () =>
  asOrdinaryUser(async () => {
    const folders = new RunFolders(join(root, 'docker'), {
      uid: process.geteuid!(),
      gid: process.getegid!(),
    });
    await folders.create(workerId);
    const { socketFolder } = folders.of(workerId);
    await mkdir(join(socketFolder, 'kept/folder'), { recursive: true });
    await chmod(join(socketFolder, 'kept'), 0o555);
    makeDeepTree(socketFolder);
    await folders.remove(workerId);
    expect(await folders.workerIds()).toEqual([]);
  }));

it.runIf(isRoot)(
  'a folder that cannot be removed fails no stop, and is tried again at the next start',
  async () => {
    const engine = await openEngine();
    const logged: string[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) });
    const open = (): WorkerBackend =>
      openDockerBackend({
        config: {
          dockerHost: `unix://${engine.path}`,
          dockerCertPath: undefined,
          image: 'worker',
          allowedImages: [],
        },
        stateRoot: root,
        environmentsDirectory: join(root, 'environments'),
        gatewayId: randomUUID(),
        log,
      });
    const folder = join(root, 'docker', workerId);
    await mkdir(join(folder, 'socket'), { recursive: true });
    await writeFile(join(folder, 'socket/file'), '');
    const users = join(root, 'environments', 'a'.repeat(64), 'users');
    await mkdir(users, { recursive: true });
    await chown(users, nobody, nobody);
    await writeFile(join(users, workerId), '');

    const first = open();
    await asOrdinaryUser(() => first.stop(workerId));
    expect(existsSync(folder)).toBe(true);
    expect(existsSync(join(users, workerId))).toBe(false);
    expect(logged.join('')).toContain('the folder of a container was not removed');
    await first.close();

    const next = open();
    expect(await next.running()).toEqual(new Map([[workerId, undefined]]));
    await next.stop(workerId);
    expect(existsSync(folder)).toBe(false);
    await next.close();
    engine.close();
  },
);

/** An engine without containers. */
async function openEngine(): Promise<{ path: string; close(): void }> {
  const path = join(root, 'engine.sock');
  const server: Server = createServer((request, response) => {
    // What happens there is reported later, or never.
    if (request.url?.includes('/events')) response.writeHead(200).flushHeaders();
    else response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  await chmod(path, 0o777);
  return {
    path,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
