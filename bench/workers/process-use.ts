import { readdir, readFile } from 'node:fs/promises';
import type { Use } from './idle-use.js';

/** The unit of the CPU times in `/proc`, on every Linux that Node runs on. */
const ticksPerSecond = 100;

/**
 * What the processes of a local worker use, found by the worker's id in their environment. Memory that processes share
 * counts in parts.
 */
export async function processUse(workerId: string): Promise<Use> {
  const use = { cpuSeconds: 0, memoryMb: 0, at: performance.now() };
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
    if (!(await read('environ')).includes(workerId)) continue;
    const [stat, memory] = [await read('stat'), await read('smaps_rollup')];
    // The name of the program, which may have spaces, is the second field and in brackets.
    const [userTicks, systemTicks] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    use.cpuSeconds += (Number(userTicks) + Number(systemTicks)) / ticksPerSecond;
    use.memoryMb += Number(/^Pss:\s+(\d+) kB/m.exec(memory)?.[1] ?? 0) / 1024;
  }
  if (use.memoryMb === 0) throw new Error('The worker has no processes that can be read.');
  return use;
}
