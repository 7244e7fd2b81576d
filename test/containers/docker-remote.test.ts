import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import { objectId } from '../../src/engines/git/object-id.js';
import { ContentsFolder } from '../../src/workers/backends/external/contents-folder.js';
import { layOutFiles, syncFiles } from '../../src/workers/worker-files.js';
import { gitFixture } from '../engines/git/git-fixture.js';
import { createDockerGateway, DockerFixture, describeOnDocker, openTestDocker } from '../support/docker.js';
import { createEngineCertificates, type EngineCertificates } from '../support/engine-certificates.js';
import { runCell, startPython, timeToFinish } from '../support/kernel.js';
import { OwnDockerEngine } from '../support/own-docker-engine.js';
import { hostilePackage, openPackageIndex, plainPackage } from '../support/package-index.js';
import { describeBackendContract } from '../workers/backend-contract.js';

describeOnDocker('an engine on another machine, over TLS', { timeout: 180_000 }, () => {
  let folder: string;
  let engine: OwnDockerEngine;
  let certificates: EngineCertificates;
  let port: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'certificates-'));
    certificates = createEngineCertificates(folder);
    port = await freePort();
    engine = await OwnDockerEngine.open([
      '--host',
      `tcp://127.0.0.1:${port}`,
      ...certificates.engineArguments,
    ]);
  }, 180_000);
  afterAll(async () => {
    await engine?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const remote = () => ({ dockerHost: `tcp://127.0.0.1:${port}`, dockerCertPath: certificates.clientFolder });

  const gatewayId = createDockerGateway().gatewayId;
  describeBackendContract('a remote Docker engine', {
    kind: 'docker',
    ownServers: true,
    open: (stateRoot, mayCreate) => openTestDocker(stateRoot, { gatewayId, mayCreate, ...remote() }),
  });

  describe('its workers', () => {
    let fixture: DockerFixture;
    beforeEach(async () => {
      fixture = new DockerFixture(engine.docker);
      await fixture.open(remote());
    });
    afterEach(() => fixture.close());

    test('have no folder of this machine, no port, no network, and no token that the engine shows', async () => {
      const worker = await fixture.start();
      const { Mounts, HostConfig, NetworkSettings, ...rest } = await fixture.inspect(worker);
      expect(Mounts.map(({ Type, Destination }) => `${Type} ${Destination}`).sort()).toEqual([
        'volume /run/worker',
        'volume /work',
      ]);
      expect(HostConfig.NetworkMode).toBe('none');
      expect(NetworkSettings.Ports).toEqual({});
      expect(JSON.stringify(rest)).not.toContain(worker.endpoint.token);
    });

    test('keep the files that the gateway and the kernels write, until they are stopped', async () => {
      const worker = await fixture.start();
      const remoteFolder = await fixture.backend.remoteFolders!.open(worker.spec.workerId);
      const nothing = { oid: null, stamp: '' };
      expect(await remoteFolder.put('notebooks/data.txt', Buffer.from('from the branch'), nothing)).toBe(
        true,
      );
      expect(await remoteFolder.put('.gitignore', Buffer.from('*.tmp'), nothing)).toBe(true);
      const kernel = await startPython(worker.client, { path: 'notebooks/a.ipynb' });
      expect((await runCell(kernel, "print(open('data.txt').read())")).text).toBe('from the branch\n');
      await runCell(kernel, "open('made.txt', 'w').write('by the kernel')");
      expect((await remoteFolder.look('notebooks/made.txt')).oid).toMatch(/^[0-9a-f]{40}$/);
      await fixture.backend.stop(worker.spec.workerId);
      expect((await engine.docker.listVolumes()).Volumes).toEqual([]);
    });

    test('have the packages of requirements.txt, which were installed there once, and nothing of that is left', async () => {
      // It creates the network, whose address is that of this machine.
      await fixture.start({ profile: { egress: true } });
      const name = `notebook-workers-${fixture.gateway.gatewayId}`;
      const { IPAM } = await engine.docker.getNetwork(name).inspect();
      const index = await openPackageIndex();
      try {
        const environment = index.variables(IPAM!.Config![0]!.Gateway!);
        const start = async (text: string, egress: boolean) => {
          const spec = await fixture.createSpec({ profile: { environment, egress } });
          return fixture.startSpec({ ...spec, requirements: { scope: 'workspace', text } });
        };
        const code = `import os, plain_package, subprocess
print(plain_package.__file__, os.listdir('/sys/class/net'), flush=True)
subprocess.run(['plain-program'])`;
        const printed = "/environment/site/plain_package.py ['lo']\nplain 42";
        const [one, two] = await Promise.all([1, 2].map(() => start(`${plainPackage}\n`, false)));
        expect(await fixture.run(one!, code)).toBe(printed);
        expect(await fixture.run(two!, code)).toBe(printed);
        expect(index.downloads).toBe(1);
        await expect(start(`${hostilePackage}\n`, false)).rejects.toMatchObject({
          message: expect.stringContaining('No matching distribution found for hostile-package'),
          extra: { reason: 'environment_failed' },
        });
        const label = [`io.notebook-gateway.gateway=${fixture.gateway.gatewayId}`];
        const containers = await engine.docker.listContainers({ all: true, filters: { label } });
        expect(containers.map(({ Names }) => Names[0]).filter((one) => one?.includes('environment'))).toEqual(
          [],
        );
        // Those of the workers alone: each has one for files, one for its token, and one for packages.
        await fixture.backend.stop(two!.spec.workerId);
        expect((await engine.docker.listVolumes()).Volumes).toHaveLength(2 + 3);
      } finally {
        index.close();
      }
    });

    test('have many files changed in one request, which leaves alone what kernels wrote', async () => {
      const worker = await fixture.start();
      const folder = await fixture.backend.remoteFolders!.open(worker.spec.workerId);
      const change = async (paths: string[], before: string | null, text: string | null = 'new') => {
        const bytes = text === null ? null : Buffer.from(text);
        const changes = new Map(paths.map((path) => [path, { before, bytes }]));
        return [...(await folder.changeMany!(changes))].sort();
      };
      const kernel = await startPython(worker.client);
      await runCell(kernel, "import os; os.makedirs('folder'); open('mine.txt', 'w').write('mine')");
      const paths = ['a/b/ż.txt', '.hidden', 'mine.txt', 'mine.txt/below', 'folder', '../outside', 'program'];
      const added = ['.hidden', 'a/b/ż.txt', 'program'];
      expect(await change(paths, null, 'old')).toEqual(added);
      await runCell(
        kernel,
        `os.chmod('program', 0o755)
os.symlink('program', 'link')
os.mkfifo('pipe')
os.mkdir('/tmp/outside')
os.symlink('/tmp/outside', 'linked')
old = open('program')`,
      );
      expect(await change(['linked/new', 'linked/folder/new'], null)).toEqual([]);
      const old = objectId('blob', Buffer.from('old'));
      const others = ['mine.txt', 'folder', 'link', 'pipe', 'gone', 'mine.txt/below', '../outside'];
      expect(await change([...added, ...others], old)).toEqual(added);
      expect(await change(['.hidden', 'program', ...others], old, null)).toEqual([]);
      const now = objectId('blob', Buffer.from('new'));
      expect(await change(['.hidden'], now, null)).toEqual(['.hidden']);
      const code = `print(open('a/b/ż.txt').read(), open('program').read(), old.read(), oct(os.stat('program').st_mode))
print(open('mine.txt').read(), sorted(os.listdir('.')), os.listdir('/work'), os.listdir('/tmp/outside'))`;
      expect((await runCell(kernel, code)).text).toBe(
        "new new old 0o100755\nmine ['a', 'folder', 'link', 'linked', 'mine.txt', 'pipe', 'program'] ['files'] []\n",
      );
    });

    test('have all files of a commit, and what the next one changes, however many and large the files are', async () => {
      const worker = await fixture.start();
      const git = await gitFixture();
      const state = await mkdtemp(join(tmpdir(), 'state-'));
      const openRemote = () => fixture.backend.remoteFolders!.open(worker.spec.workerId);
      const at = { files: join(state, 'unused'), state, openRemote };
      const commit = (files: Map<string, string>) => {
        git.git('read-tree', '--empty');
        const lines = [...files].map(([path, text]) => {
          const oid = git.gitWithInput(text, 'hash-object', '-w', '--stdin');
          return `100644 ${oid}\t${path}\n`;
        });
        git.gitWithInput(lines.join(''), 'update-index', '--add', '--index-info');
        return git.git('commit-tree', '-m', 'A change', git.git('write-tree'));
      };
      const files = new Map(Array.from({ length: 250 }, (_, i) => [`many/${i}.txt`, `${i}`]));
      files.set('large.bin', 'x'.repeat(3 * 1024 * 1024));
      const code = `import os
names = os.listdir('many')
changed = [name for name in names if open('many/' + name).read() == 'changed']
print(len(names), len(changed), os.path.getsize('large.bin'), os.listdir('new'))`;
      try {
        await layOutFiles(git.repository, commit(files), at, AbortSignal.timeout(60_000));
        files.set('new/a', '1').set('new/b', '1');
        for (let i = 0; i < 240; i += 1) files.set(`many/${i}.txt`, 'changed');
        files.delete('many/249.txt');
        const kernel = await startPython(worker.client);
        await runCell(kernel, "import os; os.mkdir('new'); open('new/a', 'w').write('mine')");
        const look = vi.spyOn(ContentsFolder.prototype, 'look');
        onTestFinished(() => look.mockRestore());
        expect(await syncFiles(git.repository, commit(files), at)).toEqual({
          conflicts: ['new/a'],
          failure: undefined,
        });
        // One by one, each file would take four requests.
        expect(look.mock.calls).toEqual([['new/a']]);
        const { text } = await runCell(kernel, code);
        expect(text).toMatch(/^249 240 3145728 \['[ab]', '[ab]'\]\n$/);
      } finally {
        await git.remove();
        await rm(state, { recursive: true });
      }
    });

    test('use a connection for many requests', async () => {
      const worker = await fixture.start();
      const since = Math.floor(Date.now() / 1_000) + 1;
      await sleep(1_100);
      const files = await fixture.backend.remoteFolders!.open(worker.spec.workerId);
      for (let count = 0; count < 20; count += 1) {
        await files.put(`${count}.txt`, Buffer.from('text'), { oid: null, stamp: '' });
      }
      const filters = { container: [`notebook-worker-${worker.spec.workerId}`], event: ['exec_create'] };
      const until = Math.floor(Date.now() / 1_000) + 1;
      let text = '';
      for await (const chunk of await engine.docker.getEvents({ since, until, filters })) text += chunk;
      // Each file takes two requests.
      expect(text.split('\n').filter(Boolean).length).toBeLessThan(5);
    });

    test('send large outputs whole, and take large inputs', async () => {
      const kernel = await startPython((await fixture.start()).client);
      const { text } = await runCell(kernel, `data = '${'x'.repeat(2_000_000)}'\nprint(data * 5)`);
      expect(text).toBe(`${'x'.repeat(10_000_000)}\n`);
    });

    test('leave no process of a connection that has been idle for half a minute, but that of the watch', async () => {
      const worker = await fixture.start();
      const kernel = await startPython(worker.client);
      await runCell(kernel, '1');
      kernel.dispose();
      await vi.waitFor(
        async () => {
          const { Processes } = await engine.docker
            .getContainer(`notebook-worker-${worker.spec.workerId}`)
            .top();
          expect(Processes.filter((columns: string[]) => columns.join(' ').includes('AF_UNIX'))).toHaveLength(
            1,
          );
        },
        { timeout: 60_000, interval: 1_000 },
      );
    });

    test('are kept over a restart of the engine, and are not reported as lost', async () => {
      const worker = await fixture.start();
      await fixture.run(worker, 'print(1)');
      await engine.kill();
      expect(await fixture.backend.unavailableReason()).toContain('does not answer');
      const { ms, error } = await timeToFinish(worker.client.probe(5_000));
      expect(error).toMatchObject({ code: 'runtime_unavailable' });
      expect(ms).toBeLessThan(10_500);
      await engine.start();
      await vi.waitFor(() => worker.client.probe(5_000), { timeout: 20_000 });
      expect(await fixture.run(worker, 'print(42)')).toBe('42');
      expect(fixture.exits).toEqual([]);
    });

    test('are reported when they end', async () => {
      const worker = await fixture.start();
      await engine.docker.getContainer(`notebook-worker-${worker.spec.workerId}`).kill();
      await vi.waitUntil(() => fixture.exits.length > 0, { timeout: 15_000 });
      expect(fixture.exits[0]).toMatchObject({ workerId: worker.spec.workerId, reason: 'exited' });
    });
  });

  test('is not used with the certificate of another authority, or without one', async () => {
    const other = createEngineCertificates(join(folder, 'other'));
    const fixture = new DockerFixture(engine.docker);
    await fixture.open({ ...remote(), dockerCertPath: other.clientFolder });
    expect(await fixture.backend.unavailableReason()).toContain('does not answer');
    await fixture.close();
    await expect(fixture.open({ ...remote(), dockerCertPath: undefined })).rejects.toThrow(
      'DOCKER_CERT_PATH',
    );
    await expect(fixture.open({ ...remote(), dockerCertPath: join(folder, 'missing') })).rejects.toThrow(
      'DOCKER_CERT_PATH',
    );
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
