import { z } from 'zod';
import { runProcess } from './run-process.js';

const timeoutMs = 20_000;

/** Looks as the servers of workers do: not below the home folder of the gateway's user. */
const program =
  'import json; from jupyter_client.kernelspec import KernelSpecManager as M; print(json.dumps(list(M().find_kernel_specs())))';

/**
 * The names of the kernelspecs that a Python has.
 * @throws Error when it cannot be run, or takes longer than 20 s
 */
export async function readKernelNames(python: string): Promise<string[]> {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', LANG: 'C.UTF-8' };
  return z
    .array(z.string())
    .parse(JSON.parse(await runProcess(python, ['-I', '-c', program], { env, timeoutMs })));
}
