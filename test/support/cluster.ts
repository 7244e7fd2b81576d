import { execFile } from 'node:child_process';
import { readFile, statfs, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { Daemon } from './daemon.js';
import { infrastructureFolder, infrastructureVariable, machineAddress } from './infrastructure.js';
import { untilSuccess } from './until-success.js';

const run = promisify(execFile);
const apiServer = new Daemon('cluster', 'kube-apiserver');
const kubelet = new Daemon('cluster', 'kubelet');
const containerd = new Daemon('cluster', 'containerd');
const startTimeoutMs = 60_000;

/** The administrator's configuration of the cluster that the tests use. */
export function clusterConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(infrastructureVariable('TEST_KUBECONFIG'));
  return config;
}

/** An administrator's client of the cluster that the tests use. */
export function clusterApi(): CoreV1Api {
  return clusterConfig().makeApiClient(CoreV1Api);
}

/** Kills the API server. Pods go on. */
export function killApiServer(): Promise<void> {
  return apiServer.kill();
}

/** Starts the API server again and waits until it answers. */
export async function startApiServer(): Promise<void> {
  await apiServer.start();
  await untilSuccess('The API server', startTimeoutMs, () => clusterApi().listNamespace());
}

/** Kills the kubelet. Pods go on, but nothing reports on them. */
export function stopKubelet(): Promise<void> {
  return kubelet.kill();
}

/** Starts the kubelet again and waits until it has reported that the node is ready. */
export async function startKubelet(): Promise<void> {
  const from = Date.now();
  await kubelet.start();
  await untilSuccess('The kubelet', startTimeoutMs, async () => {
    const { items } = await clusterApi().listNode();
    const ready = items[0]?.status?.conditions?.find(({ type }) => type === 'Ready');
    // Before that, it is the report of the kubelet that was killed.
    if (ready?.status !== 'True' || Number(ready.lastHeartbeatTime) < from)
      throw new Error('The node is not ready.');
  });
}

/**
 * Makes the kubelet find the disk of its node too full, by a threshold that it is below now: nothing is written. It then
 * evicts Pods, and removes images that no Pod uses.
 * @returns what ends that
 */
export async function pressDisk(): Promise<() => Promise<void>> {
  const file = join(infrastructureFolder, 'cluster/kubelet/config.yaml');
  const settings = await readFile(file, 'utf8');
  const restart = async (changed: string) => {
    // It does not run where the last settings were refused.
    await stopKubelet().catch(() => {});
    await writeFile(file, changed);
    await startKubelet();
  };
  const end = async () => {
    await restart(settings);
    await untilSuccess('A node without a taint', startTimeoutMs, async () => {
      const { items } = await clusterApi().listNode();
      if (items[0]?.spec?.taints?.length) throw new Error(JSON.stringify(items[0].spec.taints));
    });
  };
  const { bavail, blocks, bsize } = await statfs(infrastructureFolder);
  const threshold = Math.floor(((bavail + blocks) / 2) * (bsize / 2 ** 20));
  await restart(settings.replace('nodefs.available: 1%', `nodefs.available: ${threshold}Mi`)).catch(
    async (error) => {
      await end();
      throw error;
    },
  );
  return end;
}

/** Kills containerd, starts it again and waits until it listens. Pods go on. */
export async function restartContainerd(): Promise<void> {
  await containerd.kill();
  await containerd.start();
  await untilSuccess('containerd', startTimeoutMs, listening);
}

/** Drops all packets between the tests and a Pod, but not those between the Pod and its node. @returns what ends that */
export async function cutNetwork(podAddress: string): Promise<() => Promise<void>> {
  const machine = machineAddress();
  const both = [
    ['--source', machine, '--destination', podAddress],
    ['--source', podAddress, '--destination', machine],
  ];
  // Before all rules of network policies.
  const change = async (how: '--insert' | '--delete') => {
    for (const packets of both)
      await run('nsenter', [
        ...['--net=/run/netns/nbgw-cluster', 'iptables', '--table', 'mangle'],
        ...[how, 'PREROUTING', ...packets, '--jump', 'DROP'],
      ]);
  };
  await change('--insert');
  return () => change('--delete');
}

function listening(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(join(infrastructureFolder, 'cluster/containerd/containerd.sock'));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
