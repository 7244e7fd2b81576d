import { readdir, readFile } from 'node:fs/promises';
import { serverProgram } from '../../src/workers/backends/external/server-setup.js';

/** A process of a worker. */
export interface WorkerProcess {
  pid: number;
  /** The id of the worker. */
  worker: string;
}

/** The processes of the workers of one data folder. */
export interface WorkerPids {
  servers: WorkerProcess[];
  kernels: WorkerProcess[];
}

/** Finds the Jupyter servers and the kernels of the workers whose folders are below `workersDirectory`. */
export async function findWorkerPids(workersDirectory: string): Promise<WorkerPids> {
  const found: WorkerPids = { servers: [], kernels: [] };
  const mark = `JUPYTER_RUNTIME_DIR=${workersDirectory}/`;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
    const command = (await read('cmdline')).split('\0');
    const isServer = command.includes(serverProgram);
    const isKernel = command.some((part) => part.includes('ipykernel'));
    if (!isServer && !isKernel) continue;
    const marked = (await read('environ')).split('\0').find((one) => one.startsWith(mark));
    const worker = marked?.slice(mark.length).split('/')[0];
    if (worker) found[isServer ? 'servers' : 'kernels'].push({ pid, worker });
  }
  for (const processes of [found.servers, found.kernels]) processes.sort((a, b) => a.pid - b.pid);
  return found;
}
