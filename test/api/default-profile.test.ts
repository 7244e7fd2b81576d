import { beforeEach, describe, expect, it } from 'vitest';
import { ensureDefaults, hasDefaults } from '../../src/app/ensure-defaults.js';
import { readConfig } from '../../src/config.js';
import { at, mutate, refused, setUpPlatform } from './platform-fixture.js';

setUpPlatform();

/** What a start with these variables does with the defaults. */
async function startWith(env: Record<string, string>): Promise<void> {
  await ensureDefaults(at.gateway.services, { ...readConfig(env), demo: false });
}

function profile() {
  const { kernelProfile } = at.gateway.services.prisma;
  return kernelProfile.findFirstOrThrow({ select: { id: true, runtime: true, backend: true, image: true } });
}

const update = (input: string) => `updateKernelProfile(id: "python3", input: {${input}}) { id }`;
const untouched = { id: 'python3', backend: null, image: null };

describe('the default kernel profile', () => {
  beforeEach(async () => {
    await at.gateway.services.prisma.kernelProfile.deleteMany();
    await startWith({});
  });

  it('follows WORKER_BACKENDS while no admin has set where its workers run', async () => {
    expect(await profile()).toEqual({ ...untouched, runtime: 'local' });
    await startWith({ WORKER_BACKENDS: 'docker,external' });
    expect(await profile()).toEqual({ ...untouched, runtime: 'dedicated' });
    await mutate(
      update('environment: [{name: "A", value: "1"}], egress: true, displayName: "P", isDefault: true'),
    );
    await startWith({ JUPYTER_URL: 'http://127.0.0.1:8888' });
    expect(await profile()).toEqual({ ...untouched, runtime: 'external' });
    await startWith({});
    expect(await profile()).toEqual({ ...untouched, runtime: 'local' });
  });

  it.each([
    ['a runtime', 'runtime: dedicated', { runtime: 'dedicated' }],
    ['the runtime of registered servers', 'runtime: external', { runtime: 'external' }],
    ['the runtime that it has', 'runtime: local', { runtime: 'local' }],
    [
      'a container',
      'runtime: dedicated, backend: docker, image: "worker:2"',
      { runtime: 'dedicated', backend: 'docker', image: 'worker:2' },
    ],
  ])('keeps %s that an admin has set', async (_what, input, set) => {
    await mutate(update(input));
    for (const kinds of ['external,docker', 'docker', 'external']) {
      await startWith({ WORKER_BACKENDS: kinds });
      expect(await profile()).toEqual({ ...untouched, ...set });
    }
  });

  it.each(['image: "worker:2"', 'backend: docker'])('keeps its runtime with %s alone', async (input) => {
    await startWith({ WORKER_BACKENDS: 'docker' });
    await mutate(update(input));
    await startWith({});
    expect(await profile()).toMatchObject({ runtime: 'dedicated' });
  });

  it('follows WORKER_BACKENDS after a change that was refused', async () => {
    expect(await refused(update('runtime: local, image: "worker:2"'))).toBe('invalid_request image');
    await startWith({ WORKER_BACKENDS: 'docker' });
    expect(await profile()).toEqual({ ...untouched, runtime: 'dedicated' });
  });

  it('is not created again while there is another one', async () => {
    const own = 'id: "own", displayName: "Own", language: "python", kernelName: "python3", runtime: local';
    await mutate(`createKernelProfile(input: {${own}, isDefault: true}) { id }`);
    await mutate('deleteKernelProfile(id: "python3")');
    const { prisma } = at.gateway.services;
    expect(await hasDefaults(prisma, { demo: true })).toBe(true);
    await startWith({ WORKER_BACKENDS: 'docker' });
    expect(await prisma.kernelProfile.findMany()).toMatchObject([
      { id: 'own', runtime: 'local', isDefault: true },
    ]);
  });
});
