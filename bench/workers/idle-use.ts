import { setTimeout as sleep } from 'node:timers/promises';

const windowMs = 30_000;
/** A server still works a little after its first answer, and a kubelet measures a Pod only every 10 s or so. */
const calmMs = 15_000;

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

/** Measures workers over 30 s, from 15 s after they were started. @param measure what each uses at a moment */
export async function idleUse<Worker>(
  workers: Worker[],
  measure: (worker: Worker) => Promise<Use>,
): Promise<IdleUse> {
  await sleep(calmMs);
  const before = await Promise.all(workers.map(measure));
  await sleep(windowMs);
  const after = await Promise.all(workers.map(measure));
  const cpuCores = after.map(({ cpuSeconds, at }, n) => {
    const seconds = (at - before[n]!.at) / 1_000;
    return (cpuSeconds - before[n]!.cpuSeconds) / seconds;
  });
  return { memoryMb: after.map(({ memoryMb }) => memoryMb), cpuCores };
}
