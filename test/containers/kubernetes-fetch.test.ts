import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { objectNameOf } from '../../src/workers/backends/kubernetes/worker-object-names.js';
import { freePort } from '../support/free-port.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { type GitClient, gitClient, gitUrl } from '../support/git-client.js';
import { openGitHttpServer } from '../support/git-http-server.js';
import { machineAddress } from '../support/infrastructure.js';
import {
  createPodSpec,
  createTestNamespace,
  describeWithCluster,
  exists,
  type TestNamespace,
} from '../support/kubernetes.js';
import { readEvents } from '../support/sse.js';

const manyFiles = 500;

describeWithCluster('workers that fetch their files', { timeout: 90_000 }, () => {
  let namespace: TestNamespace;
  let at: TestGateway;
  let dataDir: string;
  let client: GitClient;
  let gatewayUrl: string;
  let session: { id: string; worker_id: string };

  beforeAll(async () => {
    namespace = await createTestNamespace();
    client = await gitClient();
    dataDir = await mkdtemp(join(tmpdir(), 'gateway-test-'));
    const listen = { host: machineAddress(), port: await freePort(machineAddress()) };
    gatewayUrl = `http://${listen.host}:${listen.port}`;
    at = await openTestGateway({
      ...{ dataDir, listen },
      env: { WORKER_BACKENDS: 'kubernetes', WORKER_IMAGE: 'unused:1' },
      backends: (_dataDir, gatewayId) => [namespace.open({ gatewayId, gatewayUrl })],
    });
    const small = { cpuLimit: 0.5, memoryMb: 512, workspaceStorageMb: 64, tmpStorageMb: 64 };
    const where = { id: 'standard' };
    await at.gateway.services.prisma.resourceClass.update({ where, data: small });
  });

  afterAll(async () => {
    await at?.close();
    await client?.remove();
    await namespace?.remove();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** Pushes files whose bytes, modes and links a checkout could change. */
  async function push(): Promise<void> {
    await client.ok('clone', '--quiet', gitUrl(at.url, at.token), 'work');
    const folder = join(client.folder, 'work');
    await mkdir(join(folder, 'many'));
    for (let i = 0; i < manyFiles; i += 1) await writeFile(join(folder, 'many', `${i}.txt`), `${i}\n`);
    await writeFile(join(folder, '.gitattributes'), '*.txt text eol=crlf ident\n*.bin filter=lfs\n');
    await writeFile(join(folder, 'lines.txt'), '$Id$\none\ntwo\n');
    await writeFile(join(folder, 'lfs.bin'), 'not a pointer');
    await writeFile(join(folder, 'run.sh'), '#!/bin/sh\n');
    await chmod(join(folder, 'run.sh'), 0o755);
    await symlink('many', join(folder, 'inside'));
    await client.ok('-C', 'work', '-c', 'core.autocrlf=false', 'add', '-A');
    await client.ok('-C', 'work', 'commit', '-qm', 'Many files');
    await client.ok('-C', 'work', 'push', '-q', 'origin', 'main');
  }

  async function printed(code: string): Promise<string> {
    const url = `${at.url}/api/v1.0/engagement/spaces/demo/notebooks/sessions/${session.id}/execute/stream`;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    const events = await readEvents(answer);
    return events.flatMap(({ data }) => (data.type === 'stream' ? [data.text] : [])).join('');
  }

  test('have them with their own bytes when they are ready: no links, no repository', async () => {
    await push();
    const made = await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } });
    expect(made.status).toBe(201);
    session = made.body;
    const code = `import os
os.chdir('/work')
print(len(os.listdir('many')), open('many/499.txt', 'rb').read())
print(open('lines.txt', 'rb').read(), open('lfs.bin', 'rb').read(), oct(os.stat('run.sh').st_mode & 0o777))
print(os.path.lexists('inside'), [name for name in os.listdir('.') if name.startswith('.git')])
print(os.path.exists('/run/fetch'), [name for name in os.listdir('/run/worker') if name[0] != '.'])`;
    expect((await printed(code)).split('\n')).toEqual([
      "500 b'499\\n'",
      "b'$Id$\\none\\ntwo\\n' b'not a pointer' 0o755",
      "False ['.gitattributes']",
      "False ['token']",
      '',
    ]);
  });

  test('follow later commits, and report no file as changed by a kernel', async () => {
    await client.commit('work', 'lines.txt', 'three\n');
    await client.ok('-C', 'work', 'push', '-q', 'origin', 'main');
    await vi.waitFor(
      async () => expect(await printed("print(open('/work/lines.txt').read())")).toContain('three'),
      {
        timeout: 20_000,
      },
    );
    const { fileConflicts } = await at.gateway.services.prisma.worker.findUniqueOrThrow({
      where: { id: session.worker_id },
    });
    expect(fileConflicts).toEqual([]);
  });

  test('cannot reach the gateway any more, and their token opens nothing', async () => {
    const { hostname, port } = new URL(gatewayUrl);
    const connect = `import socket
try:
    socket.create_connection(('${hostname}', ${port}), 3)
    print('connected')
except OSError:
    print('refused')`;
    expect(await printed(connect)).toBe('refused\n');
    const name = objectNameOf(session.worker_id);
    const policy = { namespace: namespace.name, name: `${name}-files` };
    expect(await exists(namespace.networking.readNamespacedNetworkPolicy(policy))).toBe(false);
    const secret = await namespace.core.readNamespacedSecret({ namespace: namespace.name, name });
    const settings = Buffer.from(secret.data!['git-config']!, 'base64').toString();
    const token = /Bearer (\S+)/.exec(settings)![1]!;
    expect(token).toContain(session.worker_id);
    expect((await client.git('ls-remote', gitUrl(at.url, token))).code).not.toBe(0);
    await at.rest('DELETE', `/workers/${session.worker_id}`);
  });

  test.each([
    ['100644 .git', 'x'],
    ['100644 .GIT', 'x'],
    ['100644 ..', 'x'],
    ['100644 ../escape', 'x'],
  ])('do not start with a tree that has the entry "%s"', async (entry, content) => {
    const server = await openGitHttpServer({ host: machineAddress() });
    const { origin, pathname } = new URL(server.url);
    const backend = namespace.open({ gatewayUrl: origin });
    const checkout = { path: pathname, commitOid: server.commitEntry(entry, content), token: 'none' };
    const spec = { ...createPodSpec(), checkout };
    try {
      await expect(backend.start(spec, () => {}, AbortSignal.timeout(60_000))).rejects.toMatchObject({
        extra: { reason: 'start_failed' },
      });
      // It was asked for, so Git in the Pod refused it.
      expect(server.requests.map(({ method }) => method)).toContain('POST');
    } finally {
      await backend.close();
      await server.close();
    }
  });

  test('fail to start where they cannot fetch them, and the log says why without the token', async () => {
    const logged: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => logged.push(line) });
    const backend = namespace.open({ log, gatewayUrl });
    const checkout = { path: '/git/demo/welcome.git', commitOid: 'a'.repeat(40), token: 'checkout.none.0.x' };
    const spec = { ...createPodSpec(), checkout };
    await expect(backend.start(spec, () => {}, AbortSignal.timeout(60_000))).rejects.toMatchObject({
      message: expect.stringContaining('KUBERNETES_GATEWAY_URL'),
      extra: { reason: 'start_failed' },
    });
    await backend.close();
    expect(logged.join('')).toContain('git fetch ended with 128');
    expect(logged.join('')).not.toContain(checkout.token);
  });
});
