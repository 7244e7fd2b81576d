import { DoublingWait } from '../../engines/events/doubling-wait.js';

const firstWaitMs = 200;
const maxWaitMs = 5_000;
/** With its waits that is over two minutes. */
const maxAttempts = 30;

/**
 * Attempts something until it succeeds, 30 times at most, with waits from 0.2 to 5 s.
 * @param attempt its calls never overlap
 * @param signal ends the attempts; one that is under way ends by itself
 * @returns whether it succeeded; false also when `signal` was aborted
 * @throws what the last attempt threw
 */
export async function retryWithWaits(attempt: () => Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  const retry = new DoublingWait(firstWaitMs, maxWaitMs);
  for (let attempts = 1; !signal.aborted; attempts += 1) {
    try {
      await attempt();
      return true;
    } catch (error) {
      if (attempts === maxAttempts) throw error;
    }
    await retry.wait(signal);
  }
  return false;
}
