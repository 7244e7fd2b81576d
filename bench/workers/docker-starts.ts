import type { Row } from '../stats.js';
import { alternateStarts } from './alternate-starts.js';
import { DockerWorkers } from './docker-workers.js';

/**
 * The start of a worker in a container, against a container of the same image that the engine simply runs; both until
 * Jupyter answers.
 * @throws MissingVariables
 */
export async function benchDockerStarts(): Promise<Row[]> {
  const workers = await DockerWorkers.open();
  try {
    const { ours, theirs } = await alternateStarts(
      { start: () => workers.start() },
      { start: () => workers.startBare() },
    );
    return [
      {
        what: 'a worker in a container, until Jupyter answers',
        ...{ ours, theirs },
        baseline: 'the same image as by `docker run`',
        goal: 1.2,
      },
    ];
  } finally {
    await workers.close();
  }
}
