/** Lets what starts and ends the kernel of one session run one after the other. */
export interface SessionTurns {
  /** Runs `work` once all that came before it is over. @throws what `cut` was given, and what `work` throws */
  run<T>(sessionId: string, work: (cut: AbortSignal) => Promise<T>): Promise<T>;
  /** Aborts what runs and what waits now, so that what comes next need not wait for it. */
  cut(sessionId: string, reason: Error): void;
  /** Aborts everything, and resolves when it is over. */
  cutAll(reason: Error): Promise<void>;
}

interface Queue {
  tail: Promise<unknown>;
  turns: Set<AbortController>;
}

/** Makes {@link SessionTurns}. */
export function createSessionTurns(): SessionTurns {
  const queues = new Map<string, Queue>();

  function cut(sessionId: string, reason: Error): void {
    for (const turn of queues.get(sessionId)?.turns ?? []) turn.abort(reason);
  }

  return {
    run(sessionId, work) {
      const queue = queues.get(sessionId) ?? { tail: Promise.resolve(), turns: new Set() };
      queues.set(sessionId, queue);
      const turn = new AbortController();
      queue.turns.add(turn);
      const result = queue.tail
        .then(() => {
          turn.signal.throwIfAborted();
          return work(turn.signal);
        })
        .finally(() => {
          queue.turns.delete(turn);
          if (queue.turns.size === 0) queues.delete(sessionId);
        });
      queue.tail = result.catch(() => {});
      return result;
    },
    cut,
    async cutAll(reason) {
      const tails = [...queues.values()].map(({ tail }) => tail);
      for (const sessionId of queues.keys()) cut(sessionId, reason);
      await Promise.all(tails);
    },
  };
}
