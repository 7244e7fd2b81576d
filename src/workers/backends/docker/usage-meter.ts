import type { ContainerStats } from 'dockerode';
import type { ResourceUsage } from '../../backend.js';

const mebibyte = 1024 * 1024;

/** Computes from samples of the engine what a container used since the previous one. */
export class UsageMeter {
  /** The previous sample of the CPU time, in nanoseconds, and when it was taken, in milliseconds. */
  #previous: { cpuTime: number; at: number };

  /** @param startedAt when the container began to use CPU time, in milliseconds since 1970 */
  constructor(startedAt: number) {
    this.#previous = { cpuTime: 0, at: startedAt };
  }

  /** @returns null when the container does not run */
  add(stats: ContainerStats): ResourceUsage | null {
    const at = Date.parse(stats.read);
    const cpuTime = stats.cpu_stats.cpu_usage?.total_usage;
    const memory = stats.memory_stats.usage;
    if (!(at > this.#previous.at) || cpuTime === undefined || memory === undefined) return null;
    const elapsedNs = (at - this.#previous.at) * 1e6;
    const cpuCores = Math.max(0, cpuTime - this.#previous.cpuTime) / elapsedNs;
    this.#previous = { cpuTime, at };
    return { cpuCores, memoryMb: Math.max(0, memory - cacheOf(stats)) / mebibyte };
  }
}

/** The memory that the system would free immediately when it is needed; cgroups 1 and 2 name it differently. */
function cacheOf({ memory_stats: { stats } }: ContainerStats): number {
  const named = stats as Partial<Record<string, number>> | undefined;
  return named?.total_inactive_file ?? named?.inactive_file ?? 0;
}
