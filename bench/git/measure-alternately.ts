import { execFileSync } from 'node:child_process';

const warmups = 2;

/** Turns, and runs in each that count. */
export interface Plan {
  turns: number;
  runs: number;
}

/** How often {@link inTurns} runs each of both. */
export function runsOf({ turns, runs }: Plan): number {
  return turns * (runs + warmups);
}

/**
 * Measures two ways in turns of some runs each, the disk quiet in between: a sync also waits for what others wrote before
 * it. The first two runs of a turn do not count.
 * @returns the times of each in ms
 */
export async function inTurns(
  plan: Plan,
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
): Promise<{ ours: number[]; theirs: number[] }> {
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let turn = 0; turn < plan.turns; turn++) {
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
