import type { WorkerExit } from '../../backend.js';

/** Follows the workers of a backend and tells which ended by themselves. */
export interface WorkerWatch {
  /** Begins to follow a worker; `check` is called each period and says how it ended, or `undefined` while it runs. */
  follow(workerId: string, check: () => Promise<Omit<WorkerExit, 'workerId'> | undefined>): void;
  /** Looks at once, e.g. because a child process has ended. */
  look(workerId: string): void;
  unfollow(workerId: string): void;
  onExit(listener: (exit: WorkerExit) => void): () => void;
  close(): void;
}

/** Makes a {@link WorkerWatch} that looks at each worker every `periodMs`. */
export function createWorkerWatch(periodMs: number): WorkerWatch {
  const checks = new Map<string, () => Promise<Omit<WorkerExit, 'workerId'> | undefined>>();
  const listeners = new Set<(exit: WorkerExit) => void>();
  const looking = new Set<string>();

  async function look(workerId: string): Promise<void> {
    const check = checks.get(workerId);
    if (!check || looking.has(workerId)) return;
    looking.add(workerId);
    try {
      const exit = await check();
      if (!exit || checks.get(workerId) !== check) return;
      checks.delete(workerId);
      for (const listener of listeners) listener({ workerId, ...exit });
    } finally {
      looking.delete(workerId);
    }
  }

  const timer = setInterval(() => {
    for (const workerId of checks.keys()) void look(workerId);
  }, periodMs);
  timer.unref();

  return {
    follow: (workerId, check) => void checks.set(workerId, check),
    look: (workerId) => void look(workerId),
    unfollow: (workerId) => void checks.delete(workerId),
    onExit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      clearInterval(timer);
      checks.clear();
      listeners.clear();
    },
  };
}
