import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Repeats something until it resolves.
 * @throws Error that says what did not succeed within `timeoutMs`, with the last failure as its cause
 */
export async function untilSuccess<T>(
  what: string,
  timeoutMs: number,
  attempt: () => Promise<T>,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      if (Date.now() > end) throw new Error(`${what} was not ready within ${timeoutMs} ms.`, { cause });
      await sleep(100);
    }
  }
}
