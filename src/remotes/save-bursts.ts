const quietMs = 1_000;
const longestBurstMs = 10_000;
const forgetMs = 10_000;

/** Makes one push of a burst of saves. */
export interface SaveBursts {
  /** Notes a save. */
  saved(repositoryId: string): void;
  close(): void;
}

interface Burst {
  endsBy: number;
  timer: NodeJS.Timeout;
  wanted: boolean;
  /** Whether there were saves since it was found unwanted. */
  again: boolean;
}

/**
 * Makes {@link SaveBursts}: a burst ends a second after its last save, and 10 s after its first at the latest.
 * @param begun told of a burst's first save at once, to note it where it survives a kill; answers whether its
 *   repository wants its saves pushed; where not it is asked again about the saves of the next 10 s at their end, for
 *   that may have changed
 * @param ended told when a burst is over
 */
export function createSaveBursts(
  begun: (repositoryId: string) => Promise<boolean>,
  ended: (repositoryId: string) => void,
): SaveBursts {
  const bursts = new Map<string, Burst>();

  function end(repositoryId: string): void {
    const burst = bursts.get(repositoryId);
    bursts.delete(repositoryId);
    if (burst?.wanted) ended(repositoryId);
    else if (burst?.again) saved(repositoryId);
  }

  function later(repositoryId: string, ms: number): NodeJS.Timeout {
    return setTimeout(end, ms, repositoryId).unref();
  }

  function saved(repositoryId: string): void {
    const burst = bursts.get(repositoryId);
    if (burst?.wanted) {
      clearTimeout(burst.timer);
      burst.timer = later(repositoryId, Math.max(0, Math.min(quietMs, burst.endsBy - Date.now())));
    } else if (burst) burst.again = true;
    if (burst) return;
    const begins: Burst = {
      endsBy: Date.now() + longestBurstMs,
      timer: later(repositoryId, quietMs),
      wanted: true,
      again: false,
    };
    bursts.set(repositoryId, begins);
    // Where that could not be found out, the end of the burst tries again.
    const asked = begun(repositoryId).catch(() => true);
    asked.then((wanted) => {
      if (wanted || bursts.get(repositoryId) !== begins) return;
      clearTimeout(begins.timer);
      begins.wanted = false;
      begins.timer = later(repositoryId, forgetMs);
    });
  }

  return {
    saved,
    close() {
      for (const { timer } of bursts.values()) clearTimeout(timer);
      bursts.clear();
    },
  };
}
