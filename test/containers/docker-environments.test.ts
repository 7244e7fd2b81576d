import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import { DockerEngine } from '../../src/workers/backends/docker/docker-engine.js';
import { EngineError } from '../../src/workers/backends/docker/engine-error.js';
import type { WorkerSpec } from '../../src/workers/worker-spec.js';
import { DockerFixture, describeOnDocker, docker, openTestDocker } from '../support/docker.js';
import { hostilePackage, openPackageIndex, type PackageIndex } from '../support/package-index.js';

/** A small package of pure Python with a program. */
const small = 'tabulate==0.9.0\n';

describeOnDocker('the packages of workers in containers', { timeout: 120_000 }, () => {
  const fixture = new DockerFixture();
  let index: PackageIndex | undefined;
  const clients: JupyterClient[] = [];

  beforeAll(async () => {
    await fixture.open();
    // It creates the network.
    await fixture.start({ profile: { egress: true } });
  });
  afterEach(() => index?.close());
  afterAll(async () => {
    for (const client of clients) client.dispose();
    await fixture.close();
  });

  const environments = async () => {
    const folder = join(fixture.stateRoot, 'environments');
    return existsSync(folder) ? readdir(folder) : [];
  };
  const builders = async () => {
    const label = [
      'io.notebook-gateway.environments',
      `io.notebook-gateway.gateway=${fixture.gateway.gatewayId}`,
    ];
    return docker.listContainers({ all: true, filters: { label } });
  };
  const specWith = async (text: string, profile: Partial<WorkerSpec['profile']> = {}) => {
    const spec = await fixture.createSpec({ profile });
    return { ...spec, requirements: { scope: 'workspace', text } };
  };
  const start = async (spec: WorkerSpec) => {
    const messages: string[] = [];
    const report = (_: number, message: string) => messages.push(message);
    const endpoint = await fixture.backend.start(spec, report, AbortSignal.timeout(90_000));
    const client = new JupyterClient(endpoint);
    clients.push(client);
    return { spec, endpoint, client, messages };
  };
  /** What a worker needs whose index has a package that runs `code` while it is built. */
  const hostile = async (code: string) => {
    index = await openPackageIndex(code);
    const [bridge] = await docker.listNetworks({
      filters: { name: [`notebook-workers-${fixture.gateway.gatewayId}`] },
    });
    const { IPAM } = await docker.getNetwork(bridge!.Id).inspect();
    const host = IPAM!.Config![0]!.Gateway!;
    return specWith(`${hostilePackage}\n`, { egress: true, environment: index.variables(host) });
  };

  test('are there for its kernels without a network, cannot be changed, and are installed once', async () => {
    const one = await start(await specWith(small));
    expect(one.messages).toContain('Installing requirements.txt');
    const installed = await environments();
    expect(installed).toHaveLength(1);
    expect(
      await fixture.run(
        one,
        `
import os, subprocess, tabulate
print(tabulate.__file__, os.listdir('/sys/class/net'))
print(subprocess.run(['tabulate', '--help'], capture_output=True, text=True).stdout.split()[0])
for path in (tabulate.__file__, '/environment/site/x', '/environment/x'):
    try:
        open(path, 'a')
        print('written')
    except OSError as error:
        print('refused')
`,
      ),
    ).toBe("/environment/site/tabulate/__init__.py ['lo']\nUsage:\nrefused\nrefused\nrefused");
    const two = await start(await specWith(small));
    expect(await environments()).toEqual(installed);
    expect(await fixture.run(two, 'import tabulate; print(tabulate.__version__)')).toBe('0.9.0');
    const without = await fixture.start();
    await expect(fixture.run(without, 'import tabulate')).rejects.toThrow('No module named');
    expect(await builders()).toEqual([]);
  });

  test('are installed also where the container that did it cannot be removed immediately; the next one removes it', async () => {
    const specFor = async (scope: string) => {
      const spec = await specWith(small);
      return { ...spec, requirements: { ...spec.requirements, scope } };
    };
    vi.spyOn(DockerEngine.prototype, 'remove').mockRejectedValueOnce(new Error('the engine is busy'));
    await start(await specFor('kept'));
    expect(await builders()).toHaveLength(1);
    await start(await specFor('next'));
    expect(await builders()).toEqual([]);
  });

  test('leave no container that the engine creates after the request was given up', async () => {
    const really = DockerEngine.prototype.create;
    const create = vi.spyOn(DockerEngine.prototype, 'create');
    let created: Promise<string> | undefined;
    create.mockImplementationOnce(async function (this: DockerEngine, options) {
      // The folder that would be mounted is gone by then.
      const late = { ...options, HostConfig: { ...options.HostConfig, Mounts: [] } };
      created = new Promise((resolve) => setTimeout(resolve, 1_000)).then(() => really.call(this, late));
      throw new EngineError(new Error('no answer'));
    });
    const spec = await specWith(small);
    spec.requirements.scope = 'given-up';
    await expect(start(spec)).rejects.toMatchObject({ code: 'runtime_unavailable' });
    const id = await created!;
    await vi.waitFor(async () => expect(await builders()).toEqual([]), { timeout: 10_000 });
    await expect(docker.getContainer(id).inspect()).rejects.toMatchObject({ statusCode: 404 });
    create.mockRestore();
  });

  test('of a workspace are never those of another', async () => {
    const before = await environments();
    const other = await specWith(small);
    other.requirements.scope = 'other';
    await start(other);
    expect(await environments()).toHaveLength(before.length + 1);
  });

  test('that do not exist fail the start with a sentence, and nothing is left', async () => {
    const before = await environments();
    await expect(start(await specWith('there-is-no-such-package-xyz==9\n'))).rejects.toMatchObject({
      message:
        'The file requirements.txt could not be installed: No matching distribution found for ' +
        'there-is-no-such-package-xyz==9 (without egress in its profile, only wheels of the package index are ' +
        'installed). Change it and start a new worker.',
      extra: { reason: 'environment_failed' },
    });
    expect(await environments()).toEqual(before);
    expect(await builders()).toEqual([]);
  });

  test('without egress never run code, which would have the network of pip', async () => {
    const spec = await hostile('raise SystemExit("run")');
    const offline = { ...spec, profile: { ...spec.profile, egress: false } };
    await expect(start(offline)).rejects.toThrow('No matching distribution found for hostile-package');
  });

  test('are built by an unprivileged user who sees nothing but their folder', async () => {
    const spec = await hostile(`
import os, subprocess
status = open('/proc/self/status').read()
facts.write(f'{os.getuid()} {[line.split()[1] for line in status.splitlines() if line[:7] in ("CapEff:", "CapBnd:", "NoNewPr")]}')
facts.write(f' {os.path.exists("/run/docker.sock")} {os.listdir("/work")} {sorted(os.listdir("/environment"))}')
for path in ('/etc/x', '/x', '/opt/x'):
    try:
        open(path, 'w')
        facts.write(' written')
    except OSError:
        facts.write(' refused')
quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}
subprocess.Popen(['sleep', '600'], start_new_session=True, **quiet)
`);
    const worker = await start(spec);
    expect(await fixture.run(worker, 'import hostile_package; print(hostile_package.facts)')).toBe(
      "1000 ['0000000000000000', '0000000000000000', '1'] False [] ['build'] refused refused refused",
    );
    expect(await builders()).toEqual([]);
  });

  test('have a limit on memory', async () => {
    const spec = await hostile('x = b"x" * (3 << 30)');
    await expect(start(spec)).rejects.toThrow('pip needed more than 2048 MiB of memory');
    expect(await builders()).toEqual([]);
  });

  test('have a limit on time', async () => {
    const spec = await hostile('import time; time.sleep(600)');
    const { gatewayId } = fixture.gateway;
    const impatient = openTestDocker(fixture.stateRoot, { gatewayId, maxBuildMs: 6_000 });
    const begun = performance.now();
    await expect(impatient.start(spec, () => {}, AbortSignal.timeout(90_000))).rejects.toMatchObject({
      message: expect.stringContaining('it took longer than 0.1 minutes'),
      extra: { reason: 'environment_failed' },
    });
    expect(performance.now() - begun).toBeGreaterThan(6_000);
    expect(await builders()).toEqual([]);
    expect((await environments()).filter((name) => name.startsWith('partial-'))).toEqual([]);
    await impatient.close();
  });

  test('stop being installed when the worker is stopped', async () => {
    const spec = await hostile('import time; time.sleep(600)');
    const starting = start(spec);
    const ended = expect(starting).rejects.toThrow('aborted');
    await expect.poll(builders, { timeout: 20_000 }).toHaveLength(1);
    await fixture.backend.stop(spec.workerId);
    await ended;
    expect(await builders()).toEqual([]);
    expect((await environments()).filter((name) => name.startsWith('partial-'))).toEqual([]);
  });

  test('of a gateway that was killed meanwhile are removed by the next one', async () => {
    const spec = await hostile('import time; time.sleep(600)');
    const starting = start(spec);
    const ended = expect(starting).rejects.toMatchObject({ extra: { reason: 'environment_failed' } });
    const states = async () => (await builders()).map(({ State }) => State);
    await expect.poll(states, { timeout: 20_000 }).toEqual(['running']);
    // What it would leave if the engine had lost the container.
    const left = join(fixture.stateRoot, 'environments', `partial-${Date.now()}-left`);
    await mkdir(left);
    const next = openTestDocker(fixture.stateRoot, { gatewayId: fixture.gateway.gatewayId });
    await next.running();
    await ended;
    // No worker waited for it.
    await expect.poll(builders, { timeout: 20_000 }).toEqual([]);
    const partials = async () => (await environments()).filter((name) => name.startsWith('partial-'));
    await expect.poll(partials, { timeout: 5_000 }).toEqual([]);
    await next.close();
  });
});
