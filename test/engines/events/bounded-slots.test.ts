import { setImmediate as nextLoop } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { BoundedSlots, type SlotBounds } from '../../../src/engines/events/bounded-slots.js';

const bounds: SlotBounds = {
  ...{ slots: 3, slotsPerUser: 2, maxWaiting: 3, maxWaitingPerUser: 2, maxWaitMs: 60_000 },
  work: 'searches',
};

/** Slots, and what has one, in the order in which it got it. The first letter of a name is its user. */
function createSlots(changed: Partial<SlotBounds> = {}) {
  const slots = new BoundedSlots({ ...bounds, ...changed });
  const entered: string[] = [];
  const leaves = new Map<string, () => void>();
  const enter = async (name: string, signal?: AbortSignal) => {
    leaves.set(name, await slots.enter(name[0]!, signal));
    entered.push(name);
  };
  /** Lets what is named enter or wait, one after the other. */
  const begin = async (...names: string[]) => {
    for (const name of names) {
      void enter(name);
      await nextLoop();
    }
  };
  const leave = async (name: string) => {
    leaves.get(name)!();
    await nextLoop();
  };
  return { enter, begin, leave, entered };
}

it('gives each user some slots, and what is left to who waits', async () => {
  const { begin, leave, entered } = createSlots();
  await begin('a1', 'a2', 'a3', 'b1', 'b2');
  expect(entered).toEqual(['a1', 'a2', 'b1']);
  await leave('b1');
  expect(entered.slice(3)).toEqual(['b2']);
  await leave('a1');
  expect(entered.slice(4)).toEqual(['a3']);
});

it('refuses what would wait beyond the bound of its user, or of all', async () => {
  const { begin, enter, leave, entered } = createSlots();
  await begin('a1', 'a2', 'a3', 'a4');
  await expect(enter('a5')).rejects.toMatchObject({
    ...{ code: 'rate_limited', message: 'Too many of your searches run now; try again.' },
    retryAfterSeconds: 5,
  });
  await begin('b1', 'b2');
  expect(entered).toEqual(['a1', 'a2', 'b1']);
  await expect(enter('c1')).rejects.toMatchObject({
    ...{ code: 'overloaded', message: 'Too many searches run now; try again.' },
    retryAfterSeconds: 5,
  });
  await leave('a1');
  expect(entered.slice(3)).toEqual(['a3']);
  await begin('c2');
  for (const name of ['a2', 'b1', 'a3']) await leave(name);
  expect(entered.slice(4)).toEqual(['b2', 'a4', 'c2']);
});

it('ends a wait after its limit, and counts it no longer', async () => {
  const { begin, enter, leave, entered } = createSlots({ maxWaiting: 1, maxWaitMs: 50 });
  await begin('a1', 'a2');
  const from = performance.now();
  await expect(enter('a3')).rejects.toMatchObject({
    code: 'overloaded',
    cause: expect.objectContaining({ name: 'TimeoutError' }),
  });
  expect(performance.now() - from).toBeGreaterThan(40);
  const waiting = enter('a4');
  await leave('a1');
  await waiting;
  expect(entered).toEqual(['a1', 'a2', 'a4']);
});

it('ends a wait with the signal of its caller, and counts it no longer', async () => {
  const { begin, enter, leave, entered } = createSlots({ maxWaiting: 1 });
  await begin('a1', 'a2');
  const gone = new AbortController();
  const reason = new Error('left');
  const error = { code: 'overloaded', cause: reason };
  const refused = expect(enter('a3', gone.signal)).rejects.toMatchObject(error);
  gone.abort(reason);
  await refused;
  await begin('a4');
  await leave('a2');
  expect(entered).toEqual(['a1', 'a2', 'a4']);
});

it('a slot outlives the limit and the signal of its wait', async () => {
  const { begin, enter, leave, entered } = createSlots({ slots: 1, slotsPerUser: 1, maxWaitMs: 30 });
  const gone = new AbortController();
  await enter('a1', gone.signal);
  gone.abort();
  await expect(enter('b1')).rejects.toMatchObject({ code: 'overloaded' });
  expect(entered).toEqual(['a1']);
  await leave('a1');
  await begin('b2');
  expect(entered).toEqual(['a1', 'b2']);
});
