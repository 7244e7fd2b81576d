interface Queue {
  /** Resolves, and never rejects, when the last work has ended. */
  tail: Promise<unknown>;
  /** One for each work that runs or waits. */
  aborters: Set<AbortController>;
}

/** Runs the work that starts and ends the kernel of a session, one after the other for each session. */
export class KernelQueue {
  readonly #queues = new Map<string, Queue>();

  /**
   * Runs `work` once all work that came before it has ended.
   * @throws the reason given to {@link KernelQueue.abort}, and what `work` throws
   */
  run<T>(sessionId: string, work: (aborted: AbortSignal) => Promise<T>): Promise<T> {
    const queue = this.#queues.get(sessionId) ?? { tail: Promise.resolve(), aborters: new Set() };
    this.#queues.set(sessionId, queue);
    const aborter = new AbortController();
    queue.aborters.add(aborter);
    const result = queue.tail
      .then(() => {
        aborter.signal.throwIfAborted();
        return work(aborter.signal);
      })
      .finally(() => {
        queue.aborters.delete(aborter);
        if (queue.aborters.size === 0) this.#queues.delete(sessionId);
      });
    queue.tail = result.catch(() => {});
    return result;
  }

  /** Aborts the work that runs and the work that waits now, so that later work need not wait for it. */
  abort(sessionId: string, reason: Error): void {
    for (const aborter of this.#queues.get(sessionId)?.aborters ?? []) aborter.abort(reason);
  }

  /** Aborts the work of all sessions, and resolves when it has ended. */
  async abortAll(reason: Error): Promise<void> {
    const tails = [...this.#queues.values()].map(({ tail }) => tail);
    for (const sessionId of this.#queues.keys()) this.abort(sessionId, reason);
    await Promise.all(tails);
  }
}
