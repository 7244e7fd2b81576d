import { fileURLToPath } from 'node:url';

const fromSources = '../../../../deploy/worker/';

/**
 * The path of a program of `deploy/worker`, which local workers and those in images have in common. It is the same file for the
 * sources and for what is compiled into `dist`.
 */
export function workerProgram(
  name: 'gateway_relay.py' | 'import_modules.py' | 'ipython_kernel_config.py',
): string {
  const isCompiled = import.meta.url.endsWith('.js');
  return fileURLToPath(new URL(`${isCompiled ? '../' : ''}${fromSources}${name}`, import.meta.url));
}
