import Docker from 'dockerode';
import { Daemon } from './daemon.js';
import { infrastructureVariable } from './infrastructure.js';
import { untilSuccess } from './until-success.js';

const daemon = new Daemon('docker', 'dockerd');

/** The path of the socket of the engine that the tests use. */
export function dockerSocket(): string {
  return new URL(infrastructureVariable('TEST_DOCKER_HOST')).pathname;
}

/** A client of the engine that the tests use. */
export function dockerEngine(): Docker {
  return new Docker({ socketPath: dockerSocket() });
}

/** Kills the engine. Its containers go on. */
export function killDaemon(): Promise<void> {
  return daemon.kill();
}

/** Sends a signal to the engine, such as `SIGSTOP`. */
export function signalDaemon(signal: NodeJS.Signals): Promise<void> {
  return daemon.signal(signal);
}

/** Starts the engine again and waits until it answers, at most 30 s. */
export async function startDaemon(): Promise<void> {
  await daemon.start();
  await untilSuccess('The Docker engine', 30_000, () => dockerEngine().ping());
}
