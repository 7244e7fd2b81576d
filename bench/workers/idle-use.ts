import { setTimeout as sleep } from 'node:timers/promises';

const windowMs = 30_000;

/** What one worker uses. */
export interface Use {
  /** CPU seconds since it started. */
  cpuSeconds: number;
  memoryMb: number;
  /** When this was so, in milliseconds; the measurements of an engine can be some seconds old. */
  at: number;
}

/** What idle workers use, in the order in which they were started. */
export interface IdleUse {
  memoryMb: number[];
  /** In cores, averaged over the window. */
  cpuCores: number[];
}

/** Measures idle workers over 30 s. @param measure what each uses at a moment */
export async function idleUse<Worker>(
  workers: Worker[],
  measure: (worker: Worker) => Promise<Use>,
): Promise<IdleUse> {
  const before = await Promise.all(workers.map(measure));
  await sleep(windowMs);
  const after = await Promise.all(workers.map(measure));
  const cpuCores = after.map(({ cpuSeconds, at }, n) => {
    const seconds = (at - before[n]!.at) / 1_000;
    return (cpuSeconds - before[n]!.cpuSeconds) / seconds;
  });
  return { memoryMb: after.map(({ memoryMb }) => memoryMb), cpuCores };
}
