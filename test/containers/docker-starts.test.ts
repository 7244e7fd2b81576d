import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import {
  createDockerGateway,
  DockerFixture,
  describeOnDocker,
  docker,
  openTestDocker,
  workerImage,
} from '../support/docker.js';
import { openImageRegistry } from '../support/image-registry.js';

/** Nothing listens there. */
const unreachableImage = '127.0.0.1:9/notebook-worker:1';

describeOnDocker('a start of a worker in a container', { timeout: 120_000 }, () => {
  let fixture: DockerFixture;
  beforeEach(async () => {
    fixture = new DockerFixture();
    await fixture.open();
  });
  afterEach(() => fixture.close());

  const foldersLeft = () => readdir(join(fixture.stateRoot, 'docker')).catch(() => []);
  const expectNothingLeft = async () => {
    expect(await fixture.gateway.containers()).toEqual([]);
    expect(await foldersLeft()).toEqual([]);
    expect(await fixture.backend.running()).toEqual(new Map());
  };

  test('ends with image_missing when the image cannot be pulled, and that is reported from then on', async () => {
    await fixture.open({ image: unreachableImage });
    const { profile } = await fixture.createSpec();
    expect(await fixture.backend.unavailableReason(profile)).toBeNull();
    await expect(fixture.start()).rejects.toMatchObject({
      code: 'runtime_unavailable',
      message: expect.stringContaining('cannot be pulled'),
      extra: { reason: 'image_missing' },
    });
    expect(await fixture.backend.unavailableReason(profile)).toContain('cannot be pulled');
    expect(await fixture.backend.unavailableReason()).toBeNull();
    await expectNothingLeft();
  });

  test('pulls an image that the engine lacks, and reports the progress', async () => {
    const registry = await openImageRegistry();
    try {
      await fixture.open({ image: registry.image });
      const progress: [number, string][] = [];
      const report = (percent: number, message: string) => progress.push([percent, message]);
      const signal = AbortSignal.timeout(60_000);
      // The image has no server: what matters is that its container was created.
      await expect(fixture.backend.start(await fixture.createSpec(), report, signal)).rejects.toMatchObject({
        extra: { reason: 'start_failed' },
        message: expect.stringContaining('made for workers'),
      });
      expect(progress.map(([, message]) => message)).toContain('Pulling the image');
      expect(await docker.getImage(registry.image).inspect()).toMatchObject({ Os: 'linux' });
      await expectNothingLeft();
    } finally {
      await docker
        .getImage(registry.image)
        .remove({ force: true })
        .catch(() => {});
      await registry.close();
    }
  });

  test('fails when the image lacks the kernel of the profile, which is not available from then on', async () => {
    const profile = { ...(await fixture.createSpec()).profile, kernelName: 'julia-1.10' };
    expect(await fixture.backend.unavailableReason(profile)).toBeNull();
    const reason = expect.stringMatching(/^Jupyter has no kernel "julia-1.10" \(it has bash, python3\);/);
    await expect(fixture.start({ profile })).rejects.toMatchObject({
      ...{ code: 'runtime_unavailable', message: reason, extra: { reason: 'start_failed' } },
    });
    expect(await fixture.backend.unavailableReason(profile)).toEqual(reason);
    expect(await fixture.backend.unavailableReason({ ...profile, kernelName: 'bash' })).toBeNull();
    await expectNothingLeft();
  });

  test('uses only images of the configuration, written as they are there', async () => {
    const { Id } = await docker.getImage(workerImage).inspect();
    for (const image of ['alpine:3', Id, `${workerImage} `, `docker.io/${workerImage}`]) {
      const { profile } = await fixture.createSpec({ profile: { image } });
      expect(await fixture.backend.unavailableReason(profile)).toContain('WORKER_IMAGES');
      await expect(fixture.start({ profile: { image } })).rejects.toThrow('WORKER_IMAGES');
    }
    await fixture.open({ image: undefined, allowedImages: [Id] });
    await expect(fixture.start()).rejects.toThrow('WORKER_IMAGE');
    const worker = await fixture.start({ profile: { image: Id } });
    expect((await fixture.inspect(worker)).Config.Image).toBe(Id);
  });

  test('ends with the reason when the server has too little memory', async () => {
    await expect(fixture.start({ limits: { memoryMb: 16 } })).rejects.toMatchObject({
      extra: { reason: 'out_of_memory' },
    });
    await expectNothingLeft();
  });

  test('ends with unschedulable when the engine has no GPUs', async () => {
    await expect(fixture.start({ limits: { gpuCount: 1 } })).rejects.toMatchObject({
      message: expect.stringContaining('no GPUs'),
      extra: { reason: 'unschedulable' },
    });
    await expectNothingLeft();
  });

  test('succeeds for ten workers together', async () => {
    const workers = await Promise.all(Array.from({ length: 10 }, () => fixture.start()));
    expect(await fixture.gateway.containers()).toHaveLength(10);
    const running = await fixture.backend.running();
    expect(new Set(running.keys())).toEqual(new Set(workers.map(({ spec }) => spec.workerId)));
    await Promise.all(workers.map(({ spec }) => fixture.backend.stop(spec.workerId)));
    await expectNothingLeft();
  });

  test('leaves nothing when it is aborted, at whatever stage', async () => {
    for (const stage of ['Looking for the image', 'Creating the container', 'Waiting for Jupyter']) {
      for (const delayMs of [0, 30, 300]) {
        const aborter = new AbortController();
        const report = (_: number, message: string) => {
          if (message === stage) setTimeout(() => aborter.abort(new Error('given up')), delayMs);
        };
        const starting = fixture.backend.start(await fixture.createSpec(), report, aborter.signal);
        await expect(starting).rejects.toThrow('given up');
        await expectNothingLeft();
      }
    }
  });

  test('ends when the worker is stopped meanwhile', async () => {
    const spec = await fixture.createSpec();
    let begun = () => {};
    const waiting = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const report = (_: number, message: string) => message === 'Waiting for Jupyter' && begun();
    const starting = fixture.backend.start(spec, report, AbortSignal.timeout(60_000));
    starting.catch(() => {});
    await waiting;
    await fixture.backend.stop(spec.workerId);
    await expect(starting).rejects.toMatchObject({ name: 'AbortError' });
    await expectNothingLeft();
  });

  test('that a killed gateway did not finish is found without an endpoint, and can be stopped', async () => {
    const folderOnly = await fixture.start();
    await docker.getContainer(`notebook-worker-${folderOnly.spec.workerId}`).remove({ force: true });
    const created = await fixture.start();
    const name = `notebook-worker-${created.spec.workerId}`;
    const { Config, HostConfig } = await docker.getContainer(name).inspect();
    await docker.getContainer(name).remove({ force: true });
    await docker.createContainer({ name, ...Config, HostConfig });
    const unfinished = await fixture.start();
    await rm(join(fixture.stateRoot, 'docker', unfinished.spec.workerId, 'finished'));
    const workerIds = [folderOnly, created, unfinished].map(({ spec }) => spec.workerId);

    await fixture.open();
    const running = await fixture.backend.running();
    expect(new Set(running.keys())).toEqual(new Set(workerIds));
    expect([...running.values()]).toEqual([undefined, undefined, undefined]);
    for (const workerId of workerIds) await fixture.backend.stop(workerId);
    await expectNothingLeft();
  });

  test("never touches another gateway's containers", async () => {
    const worker = await fixture.start();
    const { gatewayId } = createDockerGateway();
    const other = openTestDocker(`${fixture.stateRoot}-other`, { gatewayId });
    try {
      expect(await other.running()).toEqual(new Map());
      await other.stop(worker.spec.workerId);
      await new JupyterClient(worker.endpoint).probe(5_000);
    } finally {
      await other.close();
    }
  });
});
