import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../../../errors.js';

/** A process and its start time, which distinguishes it from a later process with the same id. */
export interface ProcessIdentity {
  /** `null` when it is not known; {@link endServer} then finds the processes by their environment alone. */
  pid: number | null;
  /** Clock ticks since boot (field 22 of `/proc/<pid>/stat`); `null` where there is no /proc. */
  startTicks: number | null;
}

/** Every process of a worker inherits this variable; its value is the worker's runtime folder. */
export const workerMarker = 'JUPYTER_RUNTIME_DIR';
const termGraceMs = 5_000;
const pollMs = 50;
const maxSweeps = 20;

/** The identity of a process that runs now. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity> {
  return { pid, startTicks: (await readStat(pid))?.startTicks ?? null };
}

/** Whether this very process still runs; a zombie does not. */
export async function isRunning({ pid, startTicks }: ProcessIdentity): Promise<boolean> {
  if (pid === null) return false;
  if (startTicks === null) return signal(pid, 0);
  const stat = await readStat(pid);
  return stat !== undefined && stat.startTicks === startTicks && stat.state !== 'Z' && stat.state !== 'X';
}

/**
 * Ends a server, its process group and, on Linux, all processes that its kernels started. Kernels lead process groups
 * of their own; they are found by the environment that they inherited. The server gets SIGTERM first, and SIGKILL after
 * 5 s.
 * @param runtimeDirectory the server's `JUPYTER_RUNTIME_DIR`
 * @throws DomainError `runtime_unavailable` when processes remain, e.g. because something starts them again and again; its
 *   cause names their ids
 */
export async function endServer(server: ProcessIdentity, runtimeDirectory: string): Promise<void> {
  if (server.pid !== null && (await isRunning(server))) {
    signal(server.pid, 'SIGTERM');
    const deadline = performance.now() + termGraceMs;
    while ((await isRunning(server)) && performance.now() < deadline) await sleep(pollMs);
    if (await isRunning(server)) signal(-server.pid, 'SIGKILL');
  }
  let left = await processesOf(runtimeDirectory);
  for (let sweep = 0; sweep < maxSweeps && left.length > 0; sweep += 1) {
    for (const pid of left) signal(pid, 'SIGKILL');
    await sleep(pollMs);
    left = await processesOf(runtimeDirectory);
  }
  if (left.length > 0) throw processesRemain(left);
}

function processesRemain(pids: number[]): DomainError {
  const cause = new Error(`the processes ${pids.join(', ')} remain`);
  return new DomainError('runtime_unavailable', 'Processes of the worker did not end.', { cause });
}

/** The ids of a server and of all processes that inherited its environment; none where there is no /proc. */
export async function processesOf(runtimeDirectory: string): Promise<number[]> {
  const entry = `${workerMarker}=${runtimeDirectory}`;
  const found: number[] = [];
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(entry)) found.push(Number(name));
  }
  return found;
}

/** What `/proc/<pid>/stat` says about a process; undefined when it has ended. Ticks are hundredths of a second. */
export async function readStat(
  pid: number,
): Promise<{ state: string; startTicks: number; cpuTicks: number } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in parentheses; the name may contain spaces and parentheses itself.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (!fields) return undefined;
  const cpuTicks = Number(fields[11]) + Number(fields[12]);
  return { state: fields[0] ?? '', startTicks: Number(fields[19]), cpuTicks };
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
