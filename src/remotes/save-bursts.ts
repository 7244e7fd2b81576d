const quietMs = 1_000;
const longestBurstMs = 10_000;
const forgetMs = 10_000;

/** Makes one push of a burst of saves. */
export interface SaveBursts {
  /** Notes a save. */
  saved(repositoryId: string): void;
  close(): void;
}

/**
 * Makes {@link SaveBursts}: a burst ends a second after its last save, and 10 s after its first at the latest.
 * @param begun told of a burst's first save at once, to note it where it survives a kill; answers whether its
 *   repository wants its saves pushed, and is not asked again for 10 s where not
 * @param ended told when a burst is over
 */
export function createSaveBursts(
  begun: (repositoryId: string) => Promise<boolean>,
  ended: (repositoryId: string) => void,
): SaveBursts {
  const bursts = new Map<string, { endsBy: number; timer: NodeJS.Timeout; wanted: boolean }>();

  function end(repositoryId: string): void {
    const wanted = bursts.get(repositoryId)?.wanted;
    bursts.delete(repositoryId);
    if (wanted) ended(repositoryId);
  }

  function later(repositoryId: string, ms: number): NodeJS.Timeout {
    return setTimeout(end, ms, repositoryId).unref();
  }

  return {
    saved(repositoryId) {
      const burst = bursts.get(repositoryId);
      if (burst) {
        if (!burst.wanted) return;
        clearTimeout(burst.timer);
        burst.timer = later(repositoryId, Math.max(0, Math.min(quietMs, burst.endsBy - Date.now())));
        return;
      }
      const begins = {
        endsBy: Date.now() + longestBurstMs,
        timer: later(repositoryId, quietMs),
        wanted: true,
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
    },
    close() {
      for (const { timer } of bursts.values()) clearTimeout(timer);
      bursts.clear();
    },
  };
}
