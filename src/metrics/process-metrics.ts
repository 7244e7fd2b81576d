import { collectDefaultMetrics, Registry } from 'prom-client';

let ofProcess: Registry | undefined;

/**
 * The metrics of this process: processor time, memory, file descriptors, the delay of the event loop, garbage collection. They
 * are collected from the first call on. There is one registry for each process, because its observers never end.
 */
export function processMetrics(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}
