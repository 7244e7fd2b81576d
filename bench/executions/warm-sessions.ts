import { setTimeout as sleep } from 'node:timers/promises';
import { median, quantile, type Row } from '../stats.js';
import type { Scene } from './scene.js';

const runs = 100;
const coldRuns = 7;
const pollMs = 50;
const key = 'kernelProfileId: "python3", resourceClassId: "standard"';

/** `POST /sessions` on a live worker that has a warm kernel, until the session is `idle`, against the start of a kernel. */
export async function benchWarmSessions({ client, stock }: Scene): Promise<Row[]> {
  const cold: number[] = [];
  for (let i = 0; i < coldRuns; i++) {
    const from = performance.now();
    const kernel = await stock.startKernel();
    cold.push(performance.now() - from);
    await kernel.close();
  }
  const warm: number[] = [];
  await client.openSession('warm/first.ipynb');
  await client.graphql(`mutation { setWarmPool(${key}, size: 0, kernels: 1) { kernels } }`);
  for (let i = 0; i < runs; i++) {
    while (!(await hasWarmKernel(client))) await sleep(pollMs);
    const from = performance.now();
    const { id } = await client.openSession(`warm/${i}.ipynb`);
    warm.push(performance.now() - from);
    await client.graphql(`mutation { deleteSession(spaceSlug: "demo", id: "${id}") }`);
  }
  await client.graphql(`mutation { setWarmPool(${key}, size: 0) { kernels } }`);
  const what = 'new session on a live worker with a warm kernel';
  const p99 = { ours: quantile(warm, 0.99), baseline: 'wanted', theirs: 100, goal: 1 };
  const baseline = 'start of a kernel, stock jupyter_server';
  return [
    { what, ours: median(warm), baseline, theirs: median(cold), goal: 0.1 },
    { what: `${what}, p99`, ...p99 },
  ];
}

async function hasWarmKernel(client: Scene['client']): Promise<boolean> {
  const query = '{ warmPools { readyKernels } }';
  const { warmPools } = await client.graphql<{ warmPools: { readyKernels: number }[] }>(query);
  return warmPools.some(({ readyKernels }) => readyKernels > 0);
}
