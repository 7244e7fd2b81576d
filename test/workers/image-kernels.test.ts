import { afterAll, beforeAll, expect, test } from 'vitest';
import { ImageKernels } from '../../src/workers/backends/image-kernels.js';
import type { WorkerProfile } from '../../src/workers/worker-spec.js';
import { createWorkerNeeds, startTestJupyter, type TestJupyter } from '../support/jupyter.js';

const sentence = 'Jupyter has no kernel "ir" (it has python3); install it, or change the kernel profile.';
const fixed = `registry.example.com/worker@sha256:${'a'.repeat(64)}`;
/** What answers there refuses connections. */
const gone = { baseUrl: 'http://127.0.0.1:9/', token: 'none' };

let jupyter: TestJupyter;
beforeAll(async () => {
  jupyter = await startTestJupyter();
}, 240_000);
afterAll(() => jupyter?.close());

function profileWith(changes: Partial<WorkerProfile>): WorkerProfile {
  return { ...createWorkerNeeds().profile, ...changes };
}

test('a server that lacks the kernel of its profile is refused, and from then on the profile too', async () => {
  const kernels = new ImageKernels();
  const profile = profileWith({ kernelName: 'ir' });
  expect(kernels.unavailableReason(fixed, profile)).toBeNull();
  await expect(kernels.check(fixed, profile, jupyter.endpoint)).rejects.toMatchObject({
    ...{ code: 'runtime_unavailable', message: sentence, extra: { reason: 'start_failed' } },
  });
  expect(kernels.unavailableReason(fixed, profile)).toBe(sentence);
  expect(kernels.unavailableReason(fixed, profileWith({}))).toBeNull();
  expect(kernels.unavailableReason('other:1', profile)).toBeNull();
});

test('one server of an image reports what all profiles of the image have', async () => {
  const kernels = new ImageKernels();
  await kernels.check(fixed, profileWith({}), jupyter.endpoint);
  expect(kernels.unavailableReason(fixed, profileWith({ id: 'r', kernelName: 'ir' }))).toBe(sentence);
  // It is not asked again.
  await kernels.check(fixed, profileWith({}), gone);
});

test('a profile with kernelspecs of its own is not judged by others, and each of its servers is asked', async () => {
  const kernels = new ImageKernels();
  await kernels.check(fixed, profileWith({}), jupyter.endpoint);
  const own = profileWith({ kernelName: 'ir', environment: { XDG_DATA_HOME: '/home/worker/work/share' } });
  expect(kernels.unavailableReason(fixed, own)).toBeNull();
  // What one branch lacks, another may have.
  await expect(kernels.check(fixed, own, jupyter.endpoint)).rejects.toMatchObject({ message: sentence });
  expect(kernels.unavailableReason(fixed, own)).toBeNull();
});

test('a server that does not say what it has passes, and nothing is known then', async () => {
  const kernels = new ImageKernels();
  const profile = profileWith({ kernelName: 'ir' });
  await kernels.check(fixed, profile, gone);
  expect(kernels.unavailableReason(fixed, profile)).toBeNull();
});

test('that a kernel is missing is forgotten; what a digest has is kept, and a tag may name another image later', async () => {
  const kernels = new ImageKernels({ maxAgeMs: 2_000 });
  for (const image of ['worker:1', fixed]) await kernels.check(image, profileWith({}), jupyter.endpoint);
  const missing = profileWith({ kernelName: 'ir' });
  for (const image of ['worker:1', fixed])
    await expect.poll(() => kernels.unavailableReason(image, missing)).toBeNull();
  // A server is asked again, and says the same.
  await expect(kernels.check(fixed, missing, jupyter.endpoint)).rejects.toMatchObject({ message: sentence });
  expect(kernels.unavailableReason(fixed, missing)).toBe(sentence);
  // What the digest has is not asked for.
  await kernels.check(fixed, profileWith({}), gone);
});
