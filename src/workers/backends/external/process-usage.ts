import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResourceUsage } from '../../backend.js';
import { processesOf, readStat } from './server-process.js';

/** Linux counts the time of processes in this unit on all its platforms. */
const ticksPerSecond = 100;
/** Over how long the first sample measures. */
const firstIntervalMs = 250;
/** An older sample says nothing about now. */
const maxIntervalMs = 60_000;

interface ProcessorTime {
  /** In milliseconds, by the monotonic clock. */
  at: number;
  /** The ticks of each process, by its id and start time. */
  ticks: Map<string, number>;
}

/** Measures what servers and the processes of their kernels use, on Linux. */
export class ProcessUsage {
  readonly #last = new Map<string, ProcessorTime>();

  /**
   * What the processes of a server use together. Memory that they share counts for each of them.
   * @param runtimeDirectory the server's `JUPYTER_RUNTIME_DIR`
   * @returns null when no process of it is found
   */
  async measure(runtimeDirectory: string): Promise<ResourceUsage | null> {
    const known = this.#last.get(runtimeDirectory);
    const isRecent = known !== undefined && performance.now() - known.at < maxIntervalMs;
    const before = isRecent ? known : await processorTime(await processesOf(runtimeDirectory));
    const tooSoon = firstIntervalMs - (performance.now() - before.at);
    if (tooSoon > 0) await sleep(tooSoon);
    const pids = await processesOf(runtimeDirectory);
    if (pids.length === 0) return null;
    const now = await processorTime(pids);
    this.#last.set(runtimeDirectory, now);
    return { cpuCores: coresBetween(before, now), memoryMb: await residentMb(pids) };
  }

  /** Call when the server has ended. */
  forget(runtimeDirectory: string): void {
    this.#last.delete(runtimeDirectory);
  }
}

async function processorTime(pids: number[]): Promise<ProcessorTime> {
  const ticks = new Map<string, number>();
  for (const pid of pids) {
    const stat = await readStat(pid);
    if (stat) ticks.set(`${pid}:${stat.startTicks}`, stat.cpuTicks);
  }
  return { at: performance.now(), ticks };
}

function coresBetween(before: ProcessorTime, now: ProcessorTime): number {
  let used = 0;
  for (const [process, ticks] of now.ticks) used += ticks - (before.ticks.get(process) ?? 0);
  return used / ticksPerSecond / ((now.at - before.at) / 1000);
}

async function residentMb(pids: number[]): Promise<number> {
  let kib = 0;
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    kib += Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0);
  }
  return kib / 1024;
}
