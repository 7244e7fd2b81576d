import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClusterClient } from '../../src/workers/backends/kubernetes/cluster-client.js';
import { openKubernetesBackend } from '../../src/workers/backends/kubernetes/open-kubernetes-backend.js';
import { ownCredentials } from '../../src/workers/backends/kubernetes/own-credentials.js';
import { PodWatch } from '../../src/workers/backends/kubernetes/pod-watch.js';
import {
  createPlugin,
  type FakeApiServer,
  openFakeApiServer,
  type TestPlugin,
} from '../support/credential-plugin.js';
import { timeToFinish } from '../support/kernel.js';

const namespace = 'notebook-workers';
const unreachable = { fault: 'unreachable', code: 'runtime_unavailable' };
/** It ends only when it is killed, and so does what it starts. */
const hangs = 'sleep 600 & wait';
/** Prints a token with its own process id. @param expiresInMs from now */
const prints = (expiresInMs: number) => {
  const expirationTimestamp = new Date(Date.now() + expiresInMs).toISOString();
  return `echo '{"status":{"token":"of-'$$'","expirationTimestamp":"${expirationTimestamp}"}}'`;
};

let folder: string;
let api: FakeApiServer;
let plugin: TestPlugin;
let close: () => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credentials-'));
  api = await openFakeApiServer();
  close = () => {};
});
afterEach(async () => {
  close();
  await api.close();
  await rm(folder, { recursive: true, force: true });
});

function open(script: string) {
  plugin = createPlugin(folder, script);
  const config = new KubeConfig();
  config.loadFromOptions(kubeconfig());
  const owned = ownCredentials(config);
  close = owned.close;
  return { config: owned.config, client: new ClusterClient(owned.config, namespace) };
}

function kubeconfig() {
  return {
    clusters: [{ name: 'c', server: api.url, skipTLSVerify: true }],
    users: [{ name: 'u', exec: plugin.exec }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  };
}

function watchPods(config: KubeConfig): PodWatch {
  const watch = new PodWatch({
    ...{ config, namespace, labels: {}, onChange: () => {}, log: pino({ level: 'silent' }) },
    // So that the opening of the watch itself waits for the credentials.
    cluster: { listPods: async () => ({ items: [], metadata: { resourceVersion: '1' } }) },
  });
  watch.open();
  return watch;
}

test('with a plugin that hangs calls end in time, and one process waits', { timeout: 60_000 }, async () => {
  const { client, config } = open(hangs);
  const watch = watchPods(config);
  const calls: [Promise<unknown>, number][] = [
    [client.listPods({}), 6_000],
    [client.findPod('one'), 6_000],
    [client.findPodMetrics('one'), 6_000],
    [client.deletePod('one'), 16_000],
    [client.createPod({ metadata: { name: 'one' } }), 16_000],
  ];
  const times = Promise.all(calls.map(([call]) => timeToFinish(call)));
  let max = 0;
  const counting = new AbortController();
  const count = (async () => {
    while (!counting.signal.aborted) {
      max = Math.max(max, (await plugin.running()).length);
      await sleep(50);
    }
  })();
  for (const [index, { ms, error }] of (await times).entries()) {
    expect(ms).toBeLessThan(calls[index]![1]);
    expect(error).toMatchObject(unreachable);
  }
  // The first process was killed at its limit, and the watch tries again.
  await expect.poll(async () => (await plugin.started()).length, { timeout: 15_000 }).toBeGreaterThan(1);
  counting.abort();
  await count;
  expect(max).toBe(1);
  expect(api.requests).toEqual([]);
  watch.close();
  close();
  await expect.poll(plugin.running).toEqual([]);
  const { length } = await plugin.started();
  await expect(client.listPods({})).rejects.toMatchObject(unreachable);
  expect(await plugin.started()).toHaveLength(length);
});

test('a request is not sent where its credentials come after its time', { timeout: 20_000 }, async () => {
  const { client } = open(`sleep 6; ${prints(60_000)}`);
  await expect(client.listPods({})).rejects.toMatchObject(unreachable);
  await expect.poll(plugin.running, { timeout: 5_000 }).toEqual([]);
  await sleep(500);
  expect(api.requests).toEqual([]);
  await client.listPods({});
  expect(api.requests).toHaveLength(1);
});

test('calls share what one process printed, until it expires', async () => {
  const { client } = open(prints(60_000));
  await Promise.all([client.listPods({}), client.listPods({}), client.deletePod('one')]);
  await client.listPods({});
  const [pid, ...more] = await plugin.started();
  expect(more).toEqual([]);
  expect(api.requests.map(({ authorization }) => authorization)).toEqual(Array(4).fill(`Bearer of-${pid}`));
});

test('credentials that have expired are got again', async () => {
  const { client } = open(prints(-1_000));
  await client.listPods({});
  await client.listPods({});
  const started = await plugin.started();
  expect(started).toHaveLength(2);
  expect(api.requests.map(({ authorization }) => authorization)).toEqual(
    started.map((pid) => `Bearer of-${pid}`),
  );
});

test('a plugin that fails is run again by the next call, and its error is in the cause only', async () => {
  const fails = 'echo secret >&2; exit 3';
  const { client } = open(`if [ -e "${folder}/works" ]; then ${prints(60_000)}; else ${fails}; fi`);
  const error = await client.listPods({}).catch((reason: Error) => reason);
  expect(error).toMatchObject({
    ...unreachable,
    cause: { message: 'The credential plugin of the kubeconfig ended with the status 3.' },
  });
  expect((error as Error).message).not.toContain('secret');
  await writeFile(join(folder, 'works'), '');
  await client.listPods({});
  expect(api.requests).toHaveLength(1);
});

test('a program that does not exist is an error of each call', async () => {
  open(hangs);
  plugin.exec.command = join(folder, 'missing');
  const config = new KubeConfig();
  config.loadFromOptions(kubeconfig());
  const client = new ClusterClient(ownCredentials(config).config, namespace);
  await expect(client.listPods({})).rejects.toMatchObject(unreachable);
});

test('the close of the backend ends the plugin and the calls that wait for it', async () => {
  plugin = createPlugin(folder, hangs);
  const file = join(folder, 'config');
  const config = {
    clusters: [{ name: 'c', cluster: { server: api.url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { exec: plugin.exec } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(file, JSON.stringify(config));
  const backend = openKubernetesBackend({
    settings: {
      ...{ kubeconfig: file, image: undefined, allowedImages: [] },
      ...{ kubernetesNamespace: namespace, kubernetesGatewayCidrs: [] },
    },
    environmentsDirectory: join(folder, 'environments'),
    gatewayId: '00000000-0000-4000-8000-000000000001',
    log: pino({ level: 'silent' }),
  });
  const running = timeToFinish(backend.running());
  await expect.poll(async () => (await plugin.running()).length).toBe(1);
  await backend.close();
  const { ms, error } = await running;
  expect(ms).toBeLessThan(4_000);
  expect(error).toMatchObject(unreachable);
  await expect.poll(plugin.running).toEqual([]);
});
