import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../src/engines/kernels/jupyter-endpoint.js';
import { ClusterClient } from '../../src/workers/backends/kubernetes/cluster-client.js';
import { ClusterError } from '../../src/workers/backends/kubernetes/cluster-error.js';
import type { KubernetesBackend } from '../../src/workers/backends/kubernetes/kubernetes-backend.js';
import { openGitHttpServer } from '../support/git-http-server.js';
import { machineAddress } from '../support/infrastructure.js';
import { runCell, startPython } from '../support/kernel.js';
import {
  createPodSpec,
  createTestNamespace,
  describeWithCluster,
  type TestNamespace,
} from '../support/kubernetes.js';
import {
  hostilePackage,
  openPackageIndex,
  type PackageIndex,
  plainPackage,
} from '../support/package-index.js';

describeWithCluster('the packages of workers in Pods', { timeout: 120_000 }, () => {
  let namespace: TestNamespace;
  let backend: KubernetesBackend;
  let index: PackageIndex;
  const clients: JupyterClient[] = [];

  const open = (more: { gatewayUrl?: string; maxBuildMs?: number } = {}) =>
    namespace.open({ indexCidrs: [`${machineAddress()}/32`], ...more });
  beforeAll(async () => {
    namespace = await createTestNamespace();
    backend = open();
  });
  afterEach(() => index?.close());
  afterAll(async () => {
    for (const client of clients) client.dispose();
    await backend?.close();
    await namespace?.remove();
  });

  const kept = async () => {
    const { environmentsDirectory } = namespace;
    return existsSync(environmentsDirectory) ? readdir(environmentsDirectory) : [];
  };
  /** What is left in the cluster of installations. */
  const left = async () => (await namespace.objects()).filter((name) => name.includes('/packages-'));
  const specWith = (text: string, { egress = false } = {}) => {
    const environment = index.variables(machineAddress());
    const limits = { memoryMb: 512, workspaceStorageMb: 64, tmpStorageMb: 64 };
    return {
      ...createPodSpec({ limits, profile: { environment, egress } }),
      requirements: { scope: 'workspace', text: `${text}\n` },
    };
  };
  const start = async (spec: ReturnType<typeof specWith>, messages: string[] = []) =>
    backend.start(spec, (_, message) => messages.push(message), AbortSignal.timeout(90_000));
  const printed = async (endpoint: JupyterEndpoint, code: string) => {
    const client = new JupyterClient(endpoint);
    clients.push(client);
    return (await runCell(await startPython(client), code)).text;
  };
  const hostile = async (code: string) => {
    index = await openPackageIndex(code);
    return specWith(hostilePackage, { egress: true });
  };

  test('are there for its kernels, cannot be changed, and are installed once for starts at the same time', async () => {
    index = await openPackageIndex();
    const messages: string[] = [];
    const specs = [specWith(plainPackage), specWith(plainPackage)];
    const [one, two] = await Promise.all(specs.map((spec) => start(spec, messages)));
    expect(messages).toEqual(
      expect.arrayContaining(['Installing requirements.txt', 'Copying the packages of requirements.txt']),
    );
    const code = `import plain_package, subprocess
print(plain_package.__file__, flush=True)
subprocess.run(['plain-program'])
for path in (plain_package.__file__, '/environment/x'):
    try:
        open(path, 'a')
        print('written')
    except OSError:
        print('refused')`;
    const expected = '/environment/site/plain_package.py\nplain 42\nrefused\nrefused\n';
    expect(await printed(one!, code)).toBe(expected);
    expect(await printed(two!, code)).toBe(expected);
    expect(index.downloads).toBe(1);
    expect(await kept()).toHaveLength(1);
    await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 20_000 });
    for (const { workerId } of specs) await backend.stop(workerId);
  });

  test('leave no Pod where its removal fails at first', async () => {
    index = await openPackageIndex();
    const deletePod = vi.spyOn(ClusterClient.prototype, 'deletePod');
    for (let calls = 0; calls < 2; calls += 1)
      deletePod.mockRejectedValueOnce(new ClusterError('unreachable'));
    const spec = specWith(plainPackage);
    spec.requirements.scope = 'not-removed';
    await start(spec);
    await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 20_000 });
    expect(deletePod.mock.calls.length).toBeGreaterThan(2);
    deletePod.mockRestore();
    await backend.stop(spec.workerId);
  });

  test('wait for the quota of the namespace, and come beside the files that a Pod fetches itself', async () => {
    const quota = { namespace: namespace.name, name: 'full' };
    const body = { metadata: { name: quota.name }, spec: { hard: { pods: '0' } } };
    await namespace.core.createNamespacedResourceQuota({ ...quota, body });
    await vi.waitFor(async () => {
      const { status } = await namespace.core.readNamespacedResourceQuota(quota);
      expect(status?.hard).toEqual({ pods: '0' });
    }, 20_000);
    const messages: string[] = [];
    index = await openPackageIndex();
    const server = await openGitHttpServer({ host: machineAddress() });
    const { origin, pathname } = new URL(server.url);
    const fetching = open({ gatewayUrl: origin });
    const commitOid = server.commit({ 'data.txt': 'of the branch' });
    const spec = { ...specWith(plainPackage), checkout: { path: pathname, commitOid, token: 'none' } };
    try {
      const report = (_: number, message: string) => messages.push(message);
      const starting = fetching.start(spec, report, AbortSignal.timeout(90_000));
      await vi.waitFor(
        () => expect(messages.at(-1)).toContain('The quota of the namespace is used up'),
        20_000,
      );
      await namespace.core.deleteNamespacedResourceQuota(quota);
      const endpoint = await starting;
      const code = "import plain_package; print(plain_package.answer, open('/work/data.txt').read())";
      expect(await printed(endpoint, code)).toBe('42 of the branch\n');
    } finally {
      await fetching.stop(spec.workerId);
      await fetching.close();
      await server.close();
    }
  });

  test('that do not exist, or need code without egress, fail the start with a sentence; nothing is left', async () => {
    index = await openPackageIndex('raise SystemExit("run")');
    const before = await kept();
    for (const name of ['there-is-no-such-package-xyz', hostilePackage])
      await expect(start(specWith(name))).rejects.toMatchObject({
        message:
          `The file requirements.txt could not be installed: No matching distribution found for ${name} ` +
          '(without egress in its profile, only wheels of the package index are installed). ' +
          'Change it and start a new worker.',
        extra: { reason: 'environment_failed' },
      });
    expect(await kept()).toEqual(before);
    await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 20_000 });
  });

  test('are built by an unprivileged user who has no token, neither of the server nor of the cluster', async () => {
    const spec = await hostile(`
import os, subprocess
status = open('/proc/self/status').read()
facts.write(f'{os.getuid()} {[line.split()[1] for line in status.splitlines() if line[:7] in ("CapEff:", "CapBnd:", "NoNewPr")]}')
facts.write(f' {[path for path in ("/run/worker", "/run/secrets", "/work/x") if os.path.exists(path)]}')
for path in ('/etc/x', '/x', '/opt/x'):
    try:
        open(path, 'w')
        facts.write(' written')
    except OSError:
        facts.write(' refused')
quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}
subprocess.Popen(['sleep', '600'], start_new_session=True, **quiet)
`);
    const endpoint = await start(spec);
    expect(await printed(endpoint, 'import hostile_package; print(hostile_package.facts)')).toBe(
      "1000 ['0000000000000000', '0000000000000000', '1'] [] refused refused refused\n",
    );
    await backend.stop(spec.workerId);
  });

  test('have a limit on memory', async () => {
    const spec = await hostile('x = b"x" * (3 << 30)');
    await expect(start(spec)).rejects.toThrow('pip needed more than 2048 MiB of memory');
  });

  test('have a limit on disk space', async () => {
    const spec = await hostile(
      'open("/environment/large", "wb").truncate(5 << 30)\nimport time; time.sleep(60)',
    );
    await expect(start(spec)).rejects.toThrow('its packages are larger than 4 GiB');
  });

  test('have a limit on time', async () => {
    const spec = await hostile('import time; time.sleep(600)');
    const impatient = open({ maxBuildMs: 6_000 });
    const messages: string[] = [];
    const begun = performance.now();
    const starting = impatient.start(spec, (_, one) => messages.push(one), AbortSignal.timeout(90_000));
    await expect(starting).rejects.toMatchObject({
      message: expect.stringContaining('it took longer than 0.1 minutes'),
      extra: { reason: 'environment_failed' },
    });
    expect(performance.now() - begun).toBeGreaterThan(6_000);
    expect(messages).toContain('Installing requirements.txt');
    await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 20_000 });
    expect((await kept()).filter((name) => name.startsWith('partial-'))).toEqual([]);
    await impatient.close();
  });

  test('stop being installed when the worker is stopped, and a gateway removes what another one left', async () => {
    const spec = await hostile('import time; time.sleep(600)');
    const pods = async () => (await left()).filter((name) => name.startsWith('pod/'));
    const starting = start(spec);
    const ended = expect(starting).rejects.toThrow('aborted');
    await vi.waitFor(async () => expect(await pods()).toHaveLength(1), { timeout: 20_000 });
    await backend.stop(spec.workerId);
    await ended;
    await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 20_000 });
    const again = start({ ...spec, workerId: createPodSpec().workerId });
    const lost = expect(again).rejects.toMatchObject({ extra: { reason: 'environment_failed' } });
    await vi.waitFor(async () => expect(await pods()).toHaveLength(1), { timeout: 20_000 });
    const next = open();
    await next.running();
    await lost;
    await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 20_000 });
    const partials = async () => (await kept()).filter((name) => name.startsWith('partial-'));
    await expect.poll(partials, { timeout: 5_000 }).toEqual([]);
    await next.close();
  });
});
