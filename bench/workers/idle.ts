import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { testPython } from '../../test/support/jupyter.js';
import { median } from '../stats.js';
import { ClusterWorkers } from './cluster-workers.js';
import { createSpec } from './create-spec.js';
import { DockerWorkers } from './docker-workers.js';
import { type IdleUse, idleUse } from './idle-use.js';
import { podUse } from './pod-use.js';
import { processUse } from './process-use.js';
import { MissingVariables } from './test-variables.js';

const count = 20;
const maxStartMs = 300_000;
const concurrentStarts = 4;
/** In the cluster a worker reserves its limits, and 20 have to fit on a node of two cores. */
const tiny = { cpuLimit: 0.05, memoryMb: 256 };

/** Prints what 20 idle workers without kernels use, for each backend that there is. */
export async function benchIdle(): Promise<void> {
  const backends = { local: idleLocal, docker: idleDocker, kubernetes: idleKubernetes };
  const rows: string[] = [];
  for (const [name, measure] of Object.entries(backends)) {
    try {
      const { memoryIs, memoryMb, cpuCores } = await measure();
      rows.push(
        `| ${name} | ${memoryMb.length} | ${sum(memoryMb).toFixed(0)} MiB | ${median(memoryMb).toFixed(1)} MiB ` +
          `| ${percent(sum(cpuCores))} | ${percent(median(cpuCores))} | ${memoryIs} |`,
      );
    } catch (error) {
      if (!(error instanceof MissingVariables)) throw error;
      console.log(`\nworkers idle on ${name} is left out. ${error.message}`);
    }
  }
  console.log('\nworkers idle: without kernels, over 30 s\n');
  console.log('| backend | workers | memory, sum | a worker, p50 | CPU, sum | a worker, p50 | memory is |');
  console.log('|---|---|---|---|---|---|---|');
  for (const row of rows) console.log(row);
}

interface BackendUse extends IdleUse {
  /** What counts as memory. */
  memoryIs: string;
}

async function idleLocal(): Promise<BackendUse> {
  const stateRoot = await mkdtemp(join(tmpdir(), 'bench-local-'));
  const backend = openExternalBackend({ stateRoot, python: testPython });
  try {
    const workerIds = await startAll(async () => {
      const spec = await createSpec(stateRoot);
      await backend.start(spec, () => {}, AbortSignal.timeout(maxStartMs));
      return spec.workerId;
    });
    return { memoryIs: 'PSS of the processes', ...(await idleUse(workerIds, processUse)) };
  } finally {
    await stopAll(backend);
    await rm(stateRoot, { recursive: true, force: true });
  }
}

async function idleDocker(): Promise<BackendUse> {
  const workers = await DockerWorkers.open();
  try {
    const workerIds = await startAll(async () => (await workers.start()).workerId);
    const use = await idleUse(workerIds, (workerId) => workers.use(workerId));
    return { memoryIs: 'usage of the container, without inactive file cache', ...use };
  } finally {
    await workers.close();
  }
}

async function idleKubernetes(): Promise<BackendUse> {
  const workers = await ClusterWorkers.open();
  try {
    const workerIds = await startAll(async () => (await workers.start(tiny)).workerId);
    return { memoryIs: 'working set of the Pod', ...(await idleUse(workerIds, podUse(workers))) };
  } finally {
    await workers.close();
  }
}

/**
 * Starts the workers, and prints why some did not start, e.g. because a cluster has no room for so many. Waits for all of
 * them, so that none starts while the others are measured or removed.
 * @throws Error when none starts
 */
async function startAll(start: () => Promise<string>): Promise<string[]> {
  const limit = pLimit(concurrentStarts);
  const results = await Promise.allSettled(Array.from({ length: count }, () => limit(start)));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (failures.length === count) throw failures[0];
  if (failures.length > 0) console.log(`${failures.length} did not start: ${failures[0].message}`);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function stopAll(backend: WorkerBackend): Promise<void> {
  for (const workerId of (await backend.running()).keys()) await backend.stop(workerId);
  await backend.close();
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A share of one core. */
function percent(cores: number): string {
  return `${(cores * 100).toFixed(2)} % of a core`;
}
