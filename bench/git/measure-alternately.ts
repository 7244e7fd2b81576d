import { execFileSync } from 'node:child_process';

const warmups = 2;

/** The number of rounds, and of counted runs of each side in a round. */
export interface Plan {
  rounds: number;
  runs: number;
}

/** How often {@link measureAlternately} runs each side, warm-ups included. */
export function runsOf({ rounds, runs }: Plan): number {
  return rounds * (runs + warmups);
}

/**
 * Measures two functions in alternating rounds, and flushes the disk before each: an fsync also waits for earlier writes
 * of others. The first two runs of a round do not count.
 * @returns the durations of each in ms
 */
export async function measureAlternately(
  plan: Plan,
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
): Promise<{ ours: number[]; theirs: number[] }> {
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < plan.rounds; round++) {
    execFileSync('sync');
    times.ours.push(...(await timed(plan.runs, ours)));
    execFileSync('sync');
    times.theirs.push(...(await timed(plan.runs, theirs)));
  }
  return times;
}

async function timed(runs: number, run: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < runs + warmups; i++) {
    const from = performance.now();
    await run();
    if (i >= warmups) times.push(performance.now() - from);
  }
  return times;
}
