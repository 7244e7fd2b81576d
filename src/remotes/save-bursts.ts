const quietMs = 1_000;
/** The maximum time from the first save of a burst to its end, in milliseconds. */
export const maxBurstMs = 10_000;
const forgetMs = 10_000;

interface Burst {
  endsBy: number;
  timer: NodeJS.Timeout;
  /** Whether the repository wants a push after its saves, as far as it is known. */
  wanted: boolean;
  /** Whether more saves came after the repository was found not to want a push. */
  again: boolean;
}

/** What {@link SaveBursts} calls. */
export interface SaveBurstHandlers {
  /**
   * Called at the first save of a burst, to record the need for a push where it survives a crash.
   * @returns whether the repository wants a push after its saves. After `false` the question is not repeated for 10 s; the
   *   saves of these seconds then count as a new burst, because the setting may have changed.
   */
  onStart(repositoryId: string): Promise<boolean>;
  /** Called when a burst has ended whose repository wants a push. */
  onEnd(repositoryId: string): void;
}

/**
 * Joins saves that follow each other closely, so that one push sends them all. A burst ends 1 s after its last save, and at
 * the latest 10 s after its first.
 */
export class SaveBursts {
  readonly #handlers: SaveBurstHandlers;
  readonly #bursts = new Map<string, Burst>();

  constructor(handlers: SaveBurstHandlers) {
    this.#handlers = handlers;
  }

  /** Counts a save. */
  saved(repositoryId: string): void {
    const burst = this.#bursts.get(repositoryId);
    if (!burst) this.#start(repositoryId);
    else if (burst.wanted) {
      clearTimeout(burst.timer);
      const rest = Math.max(0, burst.endsBy - Date.now());
      burst.timer = this.#endLater(repositoryId, Math.min(quietMs, rest));
    } else burst.again = true;
  }

  /** Forgets all bursts; no handler is called any more. */
  close(): void {
    for (const { timer } of this.#bursts.values()) clearTimeout(timer);
    this.#bursts.clear();
  }

  #start(repositoryId: string): void {
    const burst: Burst = {
      endsBy: Date.now() + maxBurstMs,
      timer: this.#endLater(repositoryId, quietMs),
      wanted: true,
      again: false,
    };
    this.#bursts.set(repositoryId, burst);
    this.#handlers.onStart(repositoryId).then(
      (wanted) => {
        if (!wanted) this.#ignore(repositoryId, burst);
      },
      // The answer is unknown: the end of the burst asks again by its push.
      () => {},
    );
  }

  #ignore(repositoryId: string, burst: Burst): void {
    if (this.#bursts.get(repositoryId) !== burst) return;
    clearTimeout(burst.timer);
    burst.wanted = false;
    burst.timer = this.#endLater(repositoryId, forgetMs);
  }

  #endLater(repositoryId: string, ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#end(repositoryId), ms).unref();
  }

  #end(repositoryId: string): void {
    const burst = this.#bursts.get(repositoryId);
    this.#bursts.delete(repositoryId);
    if (burst?.wanted) this.#handlers.onEnd(repositoryId);
    else if (burst?.again) this.saved(repositoryId);
  }
}
