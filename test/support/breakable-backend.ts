import { DomainError } from '../../src/errors.js';
import type { WorkerBackend } from '../../src/workers/backend.js';

/** A backend whose engine can go away while its servers run on, as when a container daemon is restarted. */
export interface BreakableBackend {
  backend: WorkerBackend;
  setAway(isAway: boolean): void;
}

/** Makes a {@link BreakableBackend} of a real one. */
export function makeBreakable(backend: WorkerBackend): BreakableBackend {
  let away = false;
  const reason = 'The engine does not answer; try again.';
  const refuse = async () => {
    if (away) throw new DomainError('runtime_unavailable', reason);
  };
  const { start, stop, running, inventory, unavailableReason } = backend;
  Object.assign(backend, {
    start: (...args: Parameters<WorkerBackend['start']>) => refuse().then(() => start.apply(backend, args)),
    stop: (workerId: string) => refuse().then(() => stop.call(backend, workerId)),
    running: () => refuse().then(() => running.call(backend)),
    inventory: () => refuse().then(() => inventory.call(backend)),
    unavailableReason: async (profile) => (away ? reason : unavailableReason.call(backend, profile)),
  } satisfies Partial<WorkerBackend>);
  return {
    backend,
    setAway(isAway) {
      away = isAway;
    },
  };
}
