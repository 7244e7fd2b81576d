import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openKubernetesBackend } from '../../src/workers/backends/kubernetes/open-kubernetes-backend.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
});
afterAll(() => rm(folder, { recursive: true }));

const open = (kubeconfig: string, image?: string) =>
  openKubernetesBackend({
    settings: {
      ...{ kubeconfig, image, allowedImages: [] },
      ...{ kubernetesNamespace: 'notebook-workers', kubernetesGatewayCidrs: [] },
    },
    environmentsDirectory: join(folder, 'environments'),
    gatewayId: '00000000-0000-4000-8000-000000000001',
    log: pino({ level: 'silent' }),
  });

test.each([
  ['is missing', undefined],
  ['is no YAML', '{'],
  ['names no cluster', 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n'],
])('a kubeconfig that %s is refused immediately', async (_, text) => {
  const file = join(folder, 'config');
  if (text !== undefined) await writeFile(file, text);
  expect(() => open(file)).toThrow('The kubeconfig cannot be used; check the variable KUBECONFIG.');
});

test('without an image no worker can be started', async () => {
  const file = join(folder, 'config');
  const text = [
    'clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]',
    'contexts: [{name: x, context: {cluster: c, user: u}}]',
    'users: [{name: u, user: {token: none}}]',
    'current-context: x',
  ];
  await writeFile(file, text.join('\n'));
  const backend = open(file);
  expect(await backend.unavailableReason()).toBe('No worker image is configured; set WORKER_IMAGE.');
  await backend.close();
});
