import { readdir, readFile } from 'node:fs/promises';
import { serverProgram } from '../../src/workers/backends/external/server-setup.js';

/** The processes of the workers of one data folder. */
export interface WorkerPids {
  servers: number[];
  kernels: number[];
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
    if ((isServer || isKernel) && (await read('environ')).split('\0').some((one) => one.startsWith(mark)))
      found[isServer ? 'servers' : 'kernels'].push(pid);
  }
  found.servers.sort((a, b) => a - b);
  found.kernels.sort((a, b) => a - b);
  return found;
}
