import { median } from '../stats.js';

const warmups = 1;
const rounds = 5;

/** A server that was started, which can be removed again. */
export interface Started {
  remove(): Promise<unknown>;
}

/** A way to start a server. */
export interface WayToStart {
  start(): Promise<Started>;
  /** What comes before each start and is not measured. */
  prepare?(): Promise<void>;
}

/**
 * Measures two ways to start a server, alternately. Each server is removed before the next one starts, which is not measured,
 * and the first of each does not count.
 * @returns the medians in ms
 */
export async function alternateStarts(
  ours: WayToStart,
  theirs: WayToStart,
): Promise<{ ours: number; theirs: number }> {
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = -warmups; round < rounds; round++) {
    const pair = { ours: await timed(ours), theirs: await timed(theirs) };
    if (round < 0) continue;
    times.ours.push(pair.ours);
    times.theirs.push(pair.theirs);
  }
  return { ours: median(times.ours), theirs: median(times.theirs) };
}

async function timed({ prepare, start }: WayToStart): Promise<number> {
  await prepare?.();
  const from = performance.now();
  const started = await start();
  const duration = performance.now() - from;
  await started.remove();
  return duration;
}
