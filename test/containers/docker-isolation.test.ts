import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  DockerFixture,
  type DockerWorker,
  describeOnDocker,
  docker,
  workerImage,
} from '../support/docker.js';

describeOnDocker('a container of a worker', { timeout: 120_000 }, () => {
  const fixture = new DockerFixture();
  let worker: DockerWorker;
  const run = (code: string) => fixture.run(worker, code);

  beforeAll(async () => {
    await fixture.open();
    worker = await fixture.start({
      profile: { environment: { GREETING: 'hello', WORKER_SOCKET: '/tmp/other' } },
    });
  });
  afterAll(() => fixture.close());

  test('runs as an unprivileged user without capabilities, under seccomp', async () => {
    const status = await run(
      "import os; print(os.getuid(), os.getgid()); print(open('/proc/self/status').read())",
    );
    expect(status).toMatch(/^1000 1000\n/);
    expect(status).toMatch(/CapEff:\s+0{16}\n/);
    expect(status).toMatch(/CapBnd:\s+0{16}\n/);
    expect(status).toMatch(/NoNewPrivs:\s+1\n/);
    expect(status).toMatch(/Seccomp:\s+2\n/);
  });

  test('has a root that cannot be written, and no socket of the engine', async () => {
    const printed = await run(`
import os
for path in ('/etc/x', '/usr/x', '/x', '/run/x', '/run/worker/x', '/run/worker-token', '/opt/worker/start'):
    try:
        open(path, 'w')
        print('written', path)
    except OSError as error:
        print('refused')
print(os.path.exists('/var/run/docker.sock'), os.path.exists('/run/docker.sock'))
`);
    expect(printed).toBe(`${'refused\n'.repeat(7)}False False`);
  });

  test('cannot replace its socket, nor fill the folder of it, once it is ready', async () => {
    const printed = await run(`
import os
for attempt in (
    lambda: os.unlink('/run/worker/jupyter.sock'),
    lambda: os.rename('/run/worker/jupyter.sock', '/run/worker/other'),
    lambda: os.symlink('/run/docker.sock', '/run/worker/link'),
    lambda: os.chmod('/run/worker', 0o777),
):
    try:
        attempt()
        print('done')
    except OSError:
        print('refused')
`);
    expect(printed).toBe('refused\n'.repeat(4).trim());
  });

  test('shows its token neither to the engine nor in the environment of kernels', async () => {
    const { token } = worker.endpoint;
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(await fixture.inspect(worker))).not.toContain(token);
    const environment = await run('import os; print(dict(os.environ))');
    expect(environment).toContain("'GREETING': 'hello'");
    expect(environment).not.toContain(token);
    expect(environment).not.toMatch(/WORKER_(?!WARM_IMPORTS)/);
  });

  test('has a limit for each temporary folder, in which nothing can be executed', async () => {
    const printed = await run(`
import os, subprocess
for folder in ('/tmp', '/home/worker', '/dev/shm'):
    try:
        with open(folder + '/big', 'wb') as file:
            for _ in range(80):
                file.write(bytes(1024 * 1024))
        print('written')
    except OSError as error:
        print(error.strerror)
    os.unlink(folder + '/big')
open('/tmp/program', 'w').write('#!/bin/sh\\necho executed')
os.chmod('/tmp/program', 0o755)
try:
    print(subprocess.check_output(['/tmp/program']))
except OSError as error:
    print(error.strerror)
`);
    expect(printed).toBe(`${'No space left on device\n'.repeat(3)}Permission denied`);
  });

  test('can start no more processes than its class allows, and works on afterwards', async () => {
    const printed = await run(`
import subprocess
started = []
try:
    while len(started) < 500:
        started.append(subprocess.Popen(['sleep', '60']))
    print('all')
except OSError as error:
    print(error.strerror, len(started) < 128)
for process in started:
    process.kill()
    process.wait()
`);
    expect(printed).toBe('Resource temporarily unavailable True');
    expect(await run('print(6 * 7)')).toBe('42');
  });

  test('cannot use more CPU than its class allows', async () => {
    const share = await run(`
import multiprocessing, os, time

def burn():
    end = time.time() + 3
    while time.time() < end:
        pass

processes = [multiprocessing.Process(target=burn) for _ in range(3)]
start = time.time()
for process in processes:
    process.start()
for process in processes:
    process.join()
times = os.times()
print((times.children_user + times.children_system) / (time.time() - start))
`);
    expect(Number(share)).toBeLessThan(1.2);
  });

  test('gets no more than the cores that the engine has', async () => {
    const large = await fixture.start({ limits: { cpuLimit: 1_000 } });
    const { HostConfig } = await fixture.inspect(large);
    expect(HostConfig.NanoCpus).toBe((await docker.info()).NCPU * 1e9);
    expect(HostConfig).toMatchObject({
      Memory: 512 * 1024 * 1024,
      MemorySwap: 512 * 1024 * 1024,
      PidsLimit: 128,
    });
    await fixture.backend.stop(large.spec.workerId);
  });

  test('has no network, and cannot reach a service of this machine', async () => {
    const server = createServer((_, response) => response.end('reached'));
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    const { port } = server.address() as AddressInfo;
    const addresses = Object.values(networkInterfaces()).flatMap((all) => all!.map(({ address }) => address));
    const printed = await run(`
import os, urllib.request
print(os.listdir('/sys/class/net'))
for address in ${JSON.stringify(addresses.filter((address) => address.includes('.')))}:
    try:
        print(address, urllib.request.urlopen(f'http://{address}:${port}', timeout=2).read())
    except OSError:
        pass
`);
    server.close();
    expect(printed).toBe("['lo']");
  });

  test('sees the variables of its profile exactly as they were given', async () => {
    const environment = {
      QUOTES: `"'\\" $(id) \`id\` $HOME $$ ; & |`,
      LINES: 'a\r\nPATH=/tmp\n--privileged\n---\n- &a *a {{ .State }} %s',
      UNICODE: '\u202ex\ufeff\u2028 \ud83d\ude00 é',
      LONG: 'x'.repeat(8_000),
      EMPTY: '',
    };
    const hostile = await fixture.start({ profile: { environment } });
    const names = JSON.stringify(Object.keys(environment));
    const code = `import json, os; print(json.dumps({name: os.environ.get(name) for name in ${names}}))`;
    expect(JSON.parse(await fixture.run(hostile, code))).toEqual(environment);
    await fixture.backend.stop(hostile.spec.workerId);
  });

  test('with the least that a class may have does not start, and says why; nothing of it is left', async () => {
    const before = (await fixture.gateway.containers()).length;
    const starting = fixture.start({ limits: { memoryMb: 16, maxProcesses: 16, tmpStorageMb: 1 } });
    await expect(starting).rejects.toMatchObject({ extra: { reason: 'out_of_memory' } });
    expect(await fixture.gateway.containers()).toHaveLength(before);
  });

  test('imports the modules of its profile in each kernel, and one that does not exist is no failure', async () => {
    const profile = { warmImports: ['colorsys', 'no_such_module', 'wave'] };
    const warm = await fixture.start({ profile });
    expect(
      await fixture.run(warm, "import sys; print('wave' in sys.modules, 'colorsys' in sys.modules)"),
    ).toBe('True True');
    expect(await run("import sys; print('wave' in sys.modules)")).toBe('False');
    await fixture.backend.stop(warm.spec.workerId);
  });

  test('reports what it uses', async () => {
    await run('import time\nend = time.time() + 1\nwhile time.time() < end: pass');
    const usage = await fixture.backend.usage!(worker.spec.workerId);
    expect(usage!.memoryMb).toBeGreaterThan(20);
    expect(usage!.memoryMb).toBeLessThan(512);
    expect(usage!.cpuCores).toBeGreaterThan(0);
    expect(usage!.cpuCores).toBeLessThan(1.5);
    expect(await fixture.backend.usage!('unknown')).toBeNull();
  });

  test("runs as the gateway's own user where that is not root", async () => {
    const user = new DockerFixture();
    const getuid = vi.spyOn(process, 'getuid').mockReturnValue(1234);
    const getgid = vi.spyOn(process, 'getgid').mockReturnValue(1234);
    try {
      await user.open();
      const own = await user.start();
      expect(
        await user.run(own, 'import os; print(os.getuid(), os.getgid(), os.path.exists("/home/worker"))'),
      ).toBe('1234 1234 True');
      expect(user.backend.ownerOf!(own.spec.workerId)).toBeUndefined();
    } finally {
      getuid.mockRestore();
      getgid.mockRestore();
      await user.close();
    }
    expect(fixture.backend.ownerOf!(worker.spec.workerId)).toEqual({ uid: 1000, gid: 1000 });
  });

  test('is labelled with its worker and its gateway, and named by ids alone', async () => {
    const { Name, Config } = await fixture.inspect(worker);
    const { workerId } = worker.spec;
    expect(Name).toBe(`/notebook-worker-${workerId}`);
    expect(Config.Image).toBe(workerImage);
    expect(Config.Labels).toMatchObject({
      'io.notebook-gateway.worker': workerId,
      'io.notebook-gateway.gateway': fixture.gateway.gatewayId,
    });
  });
});
