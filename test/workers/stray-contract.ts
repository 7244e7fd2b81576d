import { randomUUID } from 'node:crypto';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { WorkerBackend } from '../../src/workers/backend.js';
import type { CreationCheck } from '../../src/workers/creation-check.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { machineAddress } from '../support/infrastructure.js';

/** An engine whose strays are looked for. */
export interface StraysUnderTest {
  kind: 'docker' | 'kubernetes';
  open(stateRoot: string, gatewayId: string, mayCreate: CreationCheck): WorkerBackend;
  /** Creates what an engine creates late, as a container or a Pod of this worker that runs. */
  makeServer(gatewayId: string, workerId: string): Promise<void>;
  /** The same for an installation of packages. */
  makeBuild(gatewayId: string, stateRoot: string): Promise<void>;
  /** The workers that have a container or a Pod. */
  workers(gatewayId: string): Promise<string[]>;
  /** The names of what installs packages. */
  builds(gatewayId: string): Promise<string[]>;
  /** Called at the end: expects that nothing is left on the engine. */
  expectNothing(gatewayId: string): Promise<void>;
}

const wait = { timeout: 90_000 };
const small = { cpuLimit: 0.3, memoryMb: 384, workspaceStorageMb: 64, tmpStorageMb: 64 };
const key = { kernelProfileId: 'python3', resourceClassId: 'standard' };

/** Declares the tests of the removal of strays, with a real engine. */
export function describeStrays(underTest: StraysUnderTest): void {
  describe(`strays of a gateway with ${underTest.kind}`, { timeout: 300_000 }, () => {
    let at: TestGateway;
    let gatewayId: string;
    let stateRoot: string;
    let sweeps = 0;
    let afterStart = async () => {};
    /** It accepts connections and never answers, so that an installation goes on. */
    let deafIndex: Server;

    beforeAll(async () => {
      deafIndex = createServer();
      await new Promise<void>((resolve) => deafIndex.listen(0, '0.0.0.0', resolve));
      at = await openTestGateway({
        sweepMs: 1_000,
        env: { WORKER_BACKENDS: underTest.kind, WORKER_IMAGE: 'unused:1' },
        backends: (dataDir, id, _servers, mayCreate) => {
          gatewayId = id;
          stateRoot = join(dataDir, 'workers');
          const backend = underTest.open(stateRoot, id, mayCreate);
          const { start, inventory } = backend;
          backend.start = async (...args) => {
            const endpoint = await start.apply(backend, args);
            await afterStart();
            return endpoint;
          };
          backend.inventory = () => {
            sweeps += 1;
            return inventory.call(backend);
          };
          return [backend];
        },
      });
      await at.gateway.services.prisma.resourceClass.update({ where: { id: 'standard' }, data: small });
    });
    afterAll(async () => {
      const { prisma, workers } = at.gateway.services;
      for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
      await prisma.warmPool.deleteMany();
      await workers.warmPool.refresh();
      await vi.waitFor(async () => expect(await present()).toEqual([]), wait);
      deafIndex.close();
      await at.close();
      await underTest.expectNothing(gatewayId);
    });

    const sweepTimes = (count: number) => {
      const target = sweeps + count;
      return expect.poll(() => sweeps, wait).toBeGreaterThan(target);
    };
    const present = async () => (await underTest.workers(gatewayId)).sort();
    const status = async (id: string) => (await at.rest('GET', `/workers/${id}`)).body.status;
    const start = async (profileId = 'python3') => {
      const body = { workspace_id: demo.workspaceId, kernel_profile_id: profileId };
      const started = await at.rest('POST', '/workers', { body });
      expect(started.status).toBe(201);
      return started.body.id as string;
    };
    const makeProfile = (id: string, environment = {}) => {
      const kernel = { displayName: id, language: 'python', kernelName: 'python3' };
      const data = { id, ...kernel, runtime: 'dedicated', environment } as const;
      return at.gateway.services.prisma.kernelProfile.create({ data });
    };

    test('are removed, and no ready, warm or starting worker is', async () => {
      const { prisma, workers } = at.gateway.services;
      await prisma.warmPool.create({ data: { ...key, size: 1, kernels: 0 } });
      await workers.warmPool.refresh();
      await expect.poll(() => workers.warmPool.counts(key).ready, wait).toBe(1);
      const ready = await start();
      await expect.poll(() => status(ready), wait).toBe('ready');
      await expect.poll(() => workers.warmPool.counts(key).ready, wait).toBe(1);
      await makeProfile('held');
      let goOn = () => {};
      const gate = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      afterStart = () => gate;
      const held = await start('held');
      await expect.poll(async () => (await present()).length, wait).toBe(3);
      const known = await present();
      const stray = randomUUID();
      await underTest.makeServer(gatewayId, stray);
      expect(await present()).toContain(stray);
      await expect.poll(present, wait).toEqual(known);
      await sweepTimes(3);
      expect(await present()).toEqual(known);
      goOn();
      await expect.poll(() => status(held), wait).toBe('ready');
      expect(await status(ready)).toBe('ready');
      expect(workers.warmPool.counts(key).ready).toBe(1);
      expect((await at.rest('DELETE', `/workers/${held}`)).status).toBe(204);
    });

    test('that install packages are removed, and no installation of a start is', async () => {
      afterStart = async () => {};
      const { port } = deafIndex.address() as AddressInfo;
      const host = machineAddress();
      const index = { PIP_INDEX_URL: `http://${host}:${port}/simple/`, PIP_TRUSTED_HOST: host };
      await makeProfile('installing', index);
      const file = { path: 'requirements.txt', content: 'package-of-a-deaf-index\n' };
      const saved = await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, { body: file });
      expect(saved.status).toBe(201);
      const worker = await start('installing');
      const builds = () => underTest.builds(gatewayId);
      await expect.poll(async () => (await builds()).length, wait).toBe(1);
      const own = await builds();
      await underTest.makeBuild(gatewayId, stateRoot);
      expect(await builds()).toHaveLength(2);
      await expect.poll(builds, wait).toEqual(own);
      await sweepTimes(3);
      expect(await builds()).toEqual(own);
      expect(await status(worker)).toBe('starting');
      expect((await at.rest('DELETE', `/workers/${worker}`)).status).toBe(204);
      await expect.poll(builds, wait).toEqual([]);
    });
  });
}
