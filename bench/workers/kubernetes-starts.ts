import type { Row } from '../stats.js';
import { alternateStarts } from './alternate-starts.js';
import { ClusterWorkers } from './cluster-workers.js';

/** Leaves room for what else runs on a node of two cores. */
const limits = { cpuLimit: 1.5 };

/**
 * The start of a worker in a Pod, against a bare Pod of the same image; both until they are ready and Jupyter answers.
 * @throws MissingVariables
 */
export async function benchKubernetesStarts(): Promise<Row[]> {
  const workers = await ClusterWorkers.open();
  try {
    const { ours, theirs } = await alternateStarts(
      { start: () => workers.start(limits) },
      { start: () => workers.startBare() },
    );
    return [
      {
        what: 'a worker in a Pod, until Jupyter answers',
        ...{ ours, theirs },
        baseline: 'a bare Pod of the same image',
        goal: 1.2,
      },
    ];
  } finally {
    await workers.close();
  }
}
