import { format } from 'node:util';
import type { Logger } from 'pino';

/** Libraries that write to the console write to the log from now on: warnings as such, the rest as `debug`. */
export function redirectConsole(log: Logger): void {
  const library = log.child({ from: 'console' });
  for (const method of ['debug', 'log', 'info'] as const) {
    console[method] = (...args: unknown[]) => library.debug(format(...args));
  }
  for (const method of ['warn', 'error'] as const) {
    console[method] = (...args: unknown[]) => library.warn(format(...args));
  }
}
