import { setTimeout as sleep } from 'node:timers/promises';
import { isOutage } from '../engines/database/until-answered.js';

const retryMs = 1_000;

/**
 * The items of a generator that gives the same ones each time. When the database does not answer in between, it begins again, and
 * leaves out those that were delivered.
 * @param end ends that
 */
export async function* repeatedChanges<T>(
  generate: () => AsyncGenerator<T>,
  end: AbortSignal,
): AsyncGenerator<T> {
  for (let delivered = 0; ; ) {
    let index = 0;
    try {
      for await (const item of generate()) {
        index += 1;
        if (index <= delivered) continue;
        delivered = index;
        yield item;
      }
      return;
    } catch (error) {
      if (!isOutage(error) || end.aborted) throw error;
      await sleep(retryMs, undefined, { signal: end }).catch(() => {});
    }
  }
}
