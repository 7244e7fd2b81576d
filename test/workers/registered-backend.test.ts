import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { fixedServers } from '../support/fixed-servers.js';
import { createWorkerSpec, startTestJupyter, type TestJupyter, testPython } from '../support/jupyter.js';
import { describeBackendContract } from './backend-contract.js';

let jupyter: TestJupyter;

beforeAll(async () => {
  jupyter = await startTestJupyter();
}, 300_000);

afterAll(async () => {
  await jupyter?.close();
}, 30_000);

describeBackendContract('a registered Jupyter', {
  kind: 'external',
  ownServers: false,
  open: (stateRoot) =>
    openExternalBackend({ stateRoot, python: testPython, servers: fixedServers(jupyter.endpoint) }),
});

describe('a registered Jupyter', { timeout: 30_000 }, () => {
  test('continues after one of its workers was stopped', async () => {
    const { root, stateRoot, spec } = await createWorkerSpec();
    const backend = openExternalBackend({
      stateRoot,
      python: testPython,
      servers: fixedServers(jupyter.endpoint),
    });
    const endpoint = await backend.start(spec, () => {}, AbortSignal.timeout(20_000));
    expect(endpoint).toEqual({ ...jupyter.endpoint, folder: expect.stringContaining(spec.workerId) });
    await backend.stop(spec.workerId);
    await backend.close();
    await new JupyterClient(endpoint).probe(5_000);
    await rm(root, { recursive: true });
  });

  test('starts a kernel that the profile names in other case', async () => {
    const { root, stateRoot, spec } = await createWorkerSpec();
    const backend = openExternalBackend({
      stateRoot,
      python: testPython,
      servers: fixedServers(jupyter.endpoint),
    });
    const profile = { ...spec.profile, kernelName: 'Python3' };
    expect(await backend.unavailableReason(profile)).toBeNull();
    const endpoint = await backend.start({ ...spec, profile }, () => {}, AbortSignal.timeout(20_000));
    const client = new JupyterClient({ ...endpoint, folder: '' });
    const kernel = await client.startKernel({
      kernelName: profile.kernelName,
      path: '',
      clientId: 'case',
      signal: AbortSignal.timeout(20_000),
    });
    await client.removeKernel(kernel.kernelId);
    client.dispose();
    await backend.close();
    await rm(root, { recursive: true });
  });

  test.each([
    ['refuses the token', () => ({ ...jupyter.endpoint, token: 'wrong' }), /token/],
    ['does not answer', () => ({ baseUrl: 'http://127.0.0.1:9/', token: 'x' }), /does not answer/],
  ])('that %s cannot be used', async (_, registered, reason) => {
    const { root, stateRoot, spec } = await createWorkerSpec();
    const backend = openExternalBackend({
      stateRoot,
      python: testPython,
      servers: fixedServers(registered()),
    });
    expect(await backend.unavailableReason()).toMatch(reason);
    const starting = backend.start(spec, () => {}, AbortSignal.timeout(20_000));
    await expect(starting).rejects.toMatchObject({ code: 'runtime_unavailable' });
    expect(await backend.running()).toEqual(new Map());
    await backend.close();
    await rm(root, { recursive: true });
  });
});
