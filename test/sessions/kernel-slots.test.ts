import { setImmediate as yieldOnce } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { KernelSlots, type KernelStart } from '../../src/sessions/kernel-slots.js';

const pod = (id: string): KernelStart['worker'] => ({ id, backend: 'kubernetes', jupyterServerId: null });
const never = new AbortController().signal;

/** Begins starts that end when the test says so. */
function begin(slots: KernelSlots, count: number, start: KernelStart) {
  const running: (() => void)[] = [];
  const all = Array.from({ length: count }, () =>
    slots.run(start, () => new Promise<void>((resolve) => running.push(resolve)), never),
  );
  return { running, all };
}

it('few kernels start together in a Pod, and another Pod does not wait for them', async () => {
  const slots = new KernelSlots();
  const one = begin(slots, 10, { userId: 'ada', worker: pod('one') });
  const another = begin(slots, 1, { userId: 'ada', worker: pod('two') });
  await yieldOnce();
  expect(one.running).toHaveLength(3);
  expect(another.running).toHaveLength(1);
  one.running[0]!();
  await expect.poll(() => one.running.length).toBe(4);
});

it('a user does not wait for all starts of another one', async () => {
  const slots = new KernelSlots();
  const many = begin(slots, 10, { userId: 'ada', worker: pod('one') });
  const few = begin(slots, 2, { userId: 'eve', worker: pod('one') });
  await yieldOnce();
  expect([many.running.length, few.running.length]).toEqual([3, 1]);
  many.running[0]!();
  many.running[1]!();
  await expect.poll(() => few.running.length).toBe(2);
  expect(many.running.length).toBeLessThan(10);
});

it('all workers of the same registered server share its slots', async () => {
  const slots = new KernelSlots();
  const on = (id: string) =>
    begin(slots, 3, { userId: id, worker: { id, backend: 'external', jupyterServerId: 'gpu' } });
  const both = [on('one'), on('two')];
  await yieldOnce();
  expect(both.flatMap(({ running }) => running)).toHaveLength(4);
});

it('a user has 250 starts at most, and all together 2,000', async () => {
  const slots = new KernelSlots();
  const start = (userId: string) => begin(slots, 250, { userId, worker: pod('one') });
  start('ada');
  expect(() => slots.assertRoom('ada')).toThrow(
    expect.objectContaining({ code: 'rate_limited', retryAfterSeconds: 10 }),
  );
  const refused = slots.run({ userId: 'ada', worker: pod('two') }, async () => {}, never);
  await expect(refused).rejects.toMatchObject({ code: 'rate_limited' });
  slots.assertRoom('eve');
  for (const user of 'bcdefgh') start(user);
  expect(() => slots.assertRoom('eve')).toThrow(
    expect.objectContaining({ code: 'overloaded', retryAfterSeconds: 10 }),
  );
});

it('a start that is given up while it waits makes room', async () => {
  const slots = new KernelSlots();
  begin(slots, 249, { userId: 'ada', worker: pod('one') });
  const aborter = new AbortController();
  const waiting = slots.run({ userId: 'ada', worker: pod('one') }, async () => {}, aborter.signal);
  expect(() => slots.assertRoom('ada')).toThrow();
  aborter.abort(new Error('given up'));
  await expect(waiting).rejects.toThrow('given up');
  slots.assertRoom('ada');
});
