import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import type { RunningServers } from '../../src/workers/backend.js';
import type { Row } from '../stats.js';
import type { Started } from './alternate-starts.js';
import { DockerWorkers } from './docker-workers.js';

const starts = 30;
const small = { cpuLimit: 0.5, memoryMb: 256 };
const probeMs = 10_000;

/**
 * Many starts of small workers in containers together, against as many bare containers, in one round. Prints how many became
 * ready.
 * @throws MissingVariables
 * @throws Error when a worker that became ready is lost afterwards, or leaves something when it is stopped
 */
export async function benchBurst(): Promise<Row[]> {
  const workers = await DockerWorkers.open();
  try {
    const ours = await atOnce(() => workers.start(small));
    const running = await workers.backend.running();
    const lost = await lostOf(
      ours.started.map(({ workerId }) => workerId),
      running,
    );
    await Promise.all(ours.started.map((one) => one.remove()));
    const remains = await workers.remains();
    const theirs = await atOnce(() => workers.startBare());
    await Promise.all(theirs.started.map((one) => one.remove()));
    console.log(
      `burst: ${ours.started.length} of ${starts} workers became ready; ${lost} of them were lost; ` +
        `${remains} containers and folders were left after the stops. Of the bare containers ` +
        `${theirs.started.length} became ready.`,
    );
    for (const reason of [...ours.failures, ...theirs.failures]) console.log(`burst: ${reason}`);
    if (lost > 0 || remains > 0) throw new Error('The burst lost workers, or left something.');
    return [
      {
        what: `${starts} starts together in containers of 0.5 cores, until the last is ready`,
        ours: ours.ms,
        baseline: 'as many bare containers of the image without limits',
        theirs: theirs.ms,
      },
    ];
  } finally {
    await workers.close();
  }
}

async function atOnce<T extends Started>(start: () => Promise<T>) {
  const from = performance.now();
  let ms = 0;
  const results = await Promise.allSettled(
    Array.from({ length: starts }, async () => {
      const started = await start();
      ms = performance.now() - from;
      return started;
    }),
  );
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [`a start failed at ${result.reason.message}`] : [],
  );
  return { ms, started, failures };
}

/** How many workers the engine does not know any more, or do not answer. */
async function lostOf(workerIds: string[], running: RunningServers): Promise<number> {
  const answers = await Promise.all(
    workerIds.map(async (workerId) => {
      const endpoint = running.get(workerId);
      if (!endpoint || endpoint === 'unknown' || 'ended' in endpoint) return false;
      const client = new JupyterClient(endpoint);
      try {
        await client.probe(probeMs);
        return true;
      } catch {
        return false;
      } finally {
        client.dispose();
      }
    }),
  );
  return answers.filter((isAnswering) => !isAnswering).length;
}
