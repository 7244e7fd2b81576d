import { format } from 'node:util';
import type { Logger } from 'pino';

/** Redirects the console, to which some libraries write, to the log: warnings and errors as `warn`, the rest as `debug`. */
export function redirectConsole(log: Logger): void {
  const library = log.child({ from: 'console' });
  for (const method of ['debug', 'log', 'info'] as const) {
    console[method] = (...args: unknown[]) => library.debug(format(...args));
  }
  for (const method of ['warn', 'error'] as const) {
    console[method] = (...args: unknown[]) => library.warn(format(...args));
  }
}
