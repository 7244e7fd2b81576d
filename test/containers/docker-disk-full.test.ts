import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DockerFixture, type DockerWorker, describeOnDocker } from '../support/docker.js';
import { OwnDockerEngine } from '../support/own-docker-engine.js';

describeOnDocker('when the disk of the engine is full', { timeout: 120_000 }, () => {
  let engine: OwnDockerEngine;
  let fixture: DockerFixture;
  let worker: DockerWorker;
  const filler = () => join(engine.dataFolder, 'filler');

  beforeAll(async () => {
    engine = await OwnDockerEngine.open([], { diskMb: 1_024 });
    fixture = new DockerFixture(engine.docker);
    await fixture.open({ dockerHost: engine.host });
    worker = await fixture.start();
  }, 180_000);
  afterAll(async () => {
    await rm(filler(), { force: true });
    await fixture.close();
    await engine.close();
  });

  test('a start fails with a sentence and leaves nothing, running workers go on, and a later start succeeds', async () => {
    // It ends with an error once the file system is full.
    expect(() =>
      execFileSync('dd', ['if=/dev/zero', `of=${filler()}`, 'bs=64k'], { stdio: 'ignore' }),
    ).toThrow();
    await expect(fixture.start()).rejects.toMatchObject({
      code: 'runtime_unavailable',
      message: 'The disk of the Docker engine is full; free space on it, and try again.',
    });
    expect(await fixture.gateway.containers()).toHaveLength(1);
    expect(await fixture.run(worker, "open('/tmp/made', 'w').write('x'); print(6 * 7)")).toBe('42');
    expect(fixture.exits).toEqual([]);
    await rm(filler());
    const later = await fixture.start();
    expect(await fixture.run(later, 'print(6 * 7)')).toBe('42');
  });
});
