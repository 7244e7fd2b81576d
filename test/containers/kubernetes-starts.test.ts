import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import { AllowedImages } from '../../src/workers/backends/allowed-images.js';
import type { KubernetesBackend } from '../../src/workers/backends/kubernetes/kubernetes-backend.js';
import { objectNameOf } from '../../src/workers/backends/kubernetes/worker-object-names.js';
import { workerPod } from '../../src/workers/backends/kubernetes/worker-pod.js';
import type { WorkerSpec } from '../../src/workers/worker-spec.js';
import { runCell, startPython } from '../support/kernel.js';
import {
  createPodSpec,
  createTestNamespace,
  describeWithCluster,
  type TestNamespace,
  testImage,
} from '../support/kubernetes.js';

/** How long what the cluster does may take to be seen, and how often it is looked for. */
const seen = { timeout: 20_000, interval: 20 };

describeWithCluster('the start of a Pod', { timeout: 120_000 }, () => {
  let namespace: TestNamespace;
  let backend: KubernetesBackend;
  let started: string[];

  beforeAll(async () => {
    namespace = await createTestNamespace();
  });

  beforeEach(() => {
    backend = namespace.open();
    started = [];
  });

  afterEach(async () => {
    await Promise.all(started.map((workerId) => backend.stop(workerId)));
    await backend.close();
  });

  afterAll(() => namespace?.remove());

  /** Starts a worker, and keeps what it reports. */
  function start(spec: WorkerSpec, signal = AbortSignal.timeout(60_000)) {
    started.push(spec.workerId);
    const messages: string[] = [];
    const starting = backend.start(spec, (_percent, message) => messages.push(message), signal);
    starting.catch(() => {});
    return { starting, messages };
  }

  async function expectNothingLeft(): Promise<void> {
    await vi.waitFor(async () => expect(await namespace.objects()).toEqual([]), { timeout: 30_000 });
    expect(await backend.running()).toEqual(new Map());
  }

  test('makes ten workers together, and each is found', async () => {
    const specs = Array.from({ length: 10 }, () =>
      createPodSpec({ limits: { cpuLimit: 0.15, memoryMb: 256 } }),
    );
    const starts = specs.map((spec) => start(spec, AbortSignal.timeout(110_000)).starting);
    const endpoints = await Promise.all(starts);
    await Promise.all(endpoints.map((endpoint) => new JupyterClient(endpoint).probe(5_000)));
    const found = await backend.running();
    expect(found.size).toBe(10);
    for (const [index, spec] of specs.entries()) expect(found.get(spec.workerId)).toEqual(endpoints[index]);
  });

  test('gives a container that cannot write, gain rights, or see the cluster', async () => {
    const { starting } = start(createPodSpec({ profile: { environment: { GREETING: 'hello' } } }));
    const kernel = await startPython(new JupyterClient(await starting));
    const code = `
import os
status = dict(line.split(':\\t', 1) for line in open('/proc/self/status') if ':\\t' in line)
def can_write(path):
    try:
        open(path, 'w').close()
        return True
    except OSError:
        return False
print(os.getuid(), os.getgid(), status['CapBnd'].strip('0\\n') or 'none', status['NoNewPrivs'].strip(), status['Seccomp'].strip())
print([path for path in ('/x', '/etc/x', '/opt/worker/x', '/work/x', '/tmp/x', '/home/worker/x') if can_write(path)])
print(os.path.exists('/var/run/secrets/kubernetes.io'))
print(os.environ['GREETING'], 'WORKER_TOKEN_FILE' in os.environ)
`;
    expect((await runCell(kernel, code)).text.split('\n')).toEqual([
      '1000 1000 none 1 2',
      "['/work/x', '/tmp/x', '/home/worker/x']",
      'False',
      'hello False',
      '',
    ]);
  });

  test('ends with image_missing, when the image cannot be pulled', async () => {
    const image = 'registry.invalid/notebooks/none:1';
    backend = namespace.open({ images: new AllowedImages({ image, allowedImages: [] }) });
    const { starting, messages } = start(createPodSpec(), AbortSignal.timeout(110_000));
    await expect(starting).rejects.toMatchObject({
      code: 'runtime_unavailable',
      extra: { reason: 'image_missing' },
      message: expect.stringContaining('cannot be pulled'),
    });
    expect(messages).toContain('The image cannot be pulled; trying again');
    await expectNothingLeft();
  });

  test('fails, when the image lacks the kernel of the profile, which is not available from then on', async () => {
    const spec = createPodSpec({ profile: { kernelName: 'julia-1.10' } });
    expect(await backend.unavailableReason(spec.profile)).toBeNull();
    const reason = expect.stringMatching(/^Jupyter has no kernel "julia-1.10" \(it has bash, python3\);/);
    await expect(start(spec).starting).rejects.toMatchObject({
      ...{ code: 'runtime_unavailable', message: reason, extra: { reason: 'start_failed' } },
    });
    expect(await backend.unavailableReason(spec.profile)).toEqual(reason);
    expect(await backend.unavailableReason({ ...spec.profile, kernelName: 'bash' })).toBeNull();
    await expectNothingLeft();
  });

  test('is refused, when the image is not allowed', async () => {
    const spec = createPodSpec({ profile: { image: 'docker.io/library/other:1' } });
    expect(await backend.unavailableReason(spec.profile)).toContain('WORKER_IMAGES');
    await expect(start(spec).starting).rejects.toMatchObject({ extra: { reason: 'image_missing' } });
    await expectNothingLeft();
  });

  test('ends with exited, when the program of the image ends', async () => {
    const { starting } = start(
      createPodSpec({ profile: { environment: { JUPYTER_RUNTIME_DIR: '/proc/none' } } }),
    );
    await expect(starting).rejects.toMatchObject({ extra: { reason: 'exited' } });
    await expectNothingLeft();
  });

  test('says that no node has room, and ends with unschedulable when its time is over', async () => {
    const spec = createPodSpec({ limits: { memoryMb: 10_000_000 } });
    const { starting, messages } = start(spec, AbortSignal.timeout(4_000));
    await expect(starting).rejects.toMatchObject({
      code: 'runtime_unavailable',
      extra: { reason: 'unschedulable' },
      message: expect.stringContaining('No node has room'),
    });
    expect(messages).toContain('No node has room for this worker; waiting for one');
    await expectNothingLeft();
  });

  test('is unschedulable on nodes without the GPUs that it asks for', async () => {
    const { starting } = start(createPodSpec({ limits: { gpuCount: 1 } }), AbortSignal.timeout(4_000));
    await expect(starting).rejects.toMatchObject({ extra: { reason: 'unschedulable' } });
    await expectNothingLeft();
  });

  test('waits while the quota is used up, and goes on when there is room', async () => {
    const at = { namespace: namespace.name, name: 'small' };
    await namespace.core.createNamespacedResourceQuota({
      namespace: namespace.name,
      body: { metadata: { name: 'small' }, spec: { hard: { pods: '0' } } },
    });
    try {
      await vi.waitFor(async () => {
        const { status } = await namespace.core.readNamespacedResourceQuota(at);
        expect(status?.hard).toEqual({ pods: '0' });
      }, seen);
      expect(await backend.unavailableReason()).toBeNull();
      const late = start(createPodSpec(), AbortSignal.timeout(2_000)).starting;
      await expect(late).rejects.toMatchObject({
        extra: { reason: 'unschedulable' },
        message: expect.stringContaining('quota'),
      });
      const { starting, messages } = start(createPodSpec());
      await vi.waitFor(() => expect(messages.join()).toContain('quota'), seen);
      await namespace.core.deleteNamespacedResourceQuota(at);
      await starting;
    } finally {
      await namespace.core.deleteNamespacedResourceQuota(at).catch(() => {});
    }
  });

  test('says that limits of the namespace do not allow a resource class', async () => {
    await namespace.core.createNamespacedLimitRange({
      namespace: namespace.name,
      body: {
        metadata: { name: 'small' },
        spec: { limits: [{ type: 'Container', max: { memory: '300Mi' } }] },
      },
    });
    try {
      await expect(start(createPodSpec()).starting).rejects.toMatchObject({
        code: 'runtime_unavailable',
        message: expect.stringContaining('resource class'),
      });
      expect(await backend.unavailableReason()).toBeNull();
    } finally {
      await namespace.core.deleteNamespacedLimitRange({ namespace: namespace.name, name: 'small' });
    }
    await expectNothingLeft();
  });

  test.each([0, 50, 150, 300, 600, 1_200])('leaves nothing when aborted after %i ms', async (ms) => {
    const given = new AbortController();
    const { starting } = start(createPodSpec(), given.signal);
    await sleep(ms);
    given.abort(new Error('given up'));
    await starting.catch(() => {});
    const outcome = await starting.then(
      () => 'started',
      (error: Error) => error.message,
    );
    expect(outcome).toBe('given up');
    await expectNothingLeft();
  });

  test('leaves nothing when aborted while its server is awaited', async () => {
    const given = new AbortController();
    const { starting, messages } = start(createPodSpec(), given.signal);
    await vi.waitFor(() => expect(messages).toContain('Waiting for Jupyter'), {
      interval: 5,
      timeout: 30_000,
    });
    given.abort(new Error('given up'));
    await expect(starting).rejects.toThrow('given up');
    await expectNothingLeft();
  });

  test('ends when its Pod is deleted meanwhile', async () => {
    const spec = createPodSpec();
    const { starting } = start(spec);
    const at = { namespace: namespace.name, name: objectNameOf(spec.workerId) };
    await vi.waitFor(() => namespace.core.deleteNamespacedPod(at), seen);
    await expect(starting).rejects.toMatchObject({ extra: { reason: 'lost' } });
    await expectNothingLeft();
  });

  test('is ended by a stop', async () => {
    const spec = createPodSpec();
    const { starting } = start(spec);
    await vi.waitFor(() => namespace.pod(spec.workerId), seen);
    await backend.stop(spec.workerId);
    await expect(starting).rejects.toThrow();
    await expectNothingLeft();
  });

  test('that a killed gateway did not finish is found without an endpoint, and its Pod waits for the Secret', async () => {
    const spec = createPodSpec();
    started.push(spec.workerId);
    const pod = workerPod(spec, { gatewayId: namespace.gatewayId, image: testImage });
    await namespace.core.createNamespacedPod({ namespace: namespace.name, body: pod });
    await sleep(3_000);
    expect(
      (await namespace.pod(spec.workerId)).status?.containerStatuses?.[0]?.state?.running,
    ).toBeUndefined();
    expect(await backend.running()).toEqual(new Map([[spec.workerId, undefined]]));
    await backend.stop(spec.workerId);
    await expectNothingLeft();
  });

  test('of another gateway in the same namespace is not seen', async () => {
    const { starting } = start(createPodSpec());
    await starting;
    const other = namespace.open({ gatewayId: '00000000-0000-4000-8000-000000000000' });
    expect(await other.running()).toEqual(new Map());
    await other.close();
    expect((await backend.running()).size).toBe(1);
  });

  test('whose Secret was deleted goes on, but a restarted gateway cannot use it any more', async () => {
    const spec = createPodSpec();
    const endpoint = await start(spec).starting;
    const at = { namespace: namespace.name, name: objectNameOf(spec.workerId) };
    await namespace.core.deleteNamespacedSecret(at);
    await new JupyterClient(endpoint).probe(5_000);
    const restarted = namespace.open();
    expect(await restarted.running()).toEqual(new Map([[spec.workerId, undefined]]));
    await restarted.close();
  });
});
