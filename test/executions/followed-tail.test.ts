import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { FollowedTail } from '../../src/executions/followed-tail.js';
import type { SizedEntry } from '../../src/executions/log-tails.js';

const entry = (sequence: number): SizedEntry => ({
  entry: { sequence, event: { type: 'status', execution_state: 'idle' } },
  size: 50,
});

/** A log of so many entries, each read of which takes a round of the event loop. */
function tailOf(log: SizedEntry[]) {
  let reads = 0;
  const tail = new FollowedTail(async (after, limit) => {
    reads += 1;
    await nextRound();
    return log.filter(({ entry: { sequence } }) => sequence > after).slice(0, limit);
  });
  return { tail, reads: () => reads };
}

it('all who read at the same time after a change get what it added, with one read', async () => {
  const log = [entry(1)];
  const { tail, reads } = tailOf(log);
  for (let last = 1; last <= 3; last++) {
    const before = reads();
    const pages = await Promise.all([1, 2, 3].map(() => tail.read(last - 1, 10)));
    expect(pages.map((page) => page.map(({ sequence }) => sequence))).toEqual([[last], [last], [last]]);
    expect(reads()).toBe(before + 1);
    log.push(entry(last + 1));
    tail.changed();
  }
});
