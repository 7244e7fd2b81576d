import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { DeliveryPace } from '../../../src/engines/events/delivery-pace.js';

it('lets so many deliveries begin in a round of the event loop, in their order', async () => {
  const pace = new DeliveryPace(3);
  const begun: number[] = [];
  const all = Promise.all(Array.from({ length: 8 }, (_, index) => pace.next().then(() => begun.push(index))));
  const counts: number[] = [];
  for (let round = 0; round < 4; round++) {
    await Promise.resolve();
    counts.push(begun.length);
    await nextRound();
  }
  await all;
  expect(counts).toEqual([3, 6, 8, 8]);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

it('makes no delivery wait for one of an earlier round', async () => {
  const pace = new DeliveryPace(1);
  await pace.next();
  await nextRound();
  await nextRound();
  let isFree = false;
  pace.next().then(() => {
    isFree = true;
  });
  await Promise.resolve();
  expect(isFree).toBe(true);
});

it('counts a large value as several deliveries, over as many rounds as that takes', async () => {
  const pace = new DeliveryPace(2);
  const begun: number[] = [];
  const weights = [5, 1, 1, 4, 1];
  const all = Promise.all(weights.map((weight, index) => pace.next(weight).then(() => begun.push(index))));
  const counts: number[] = [];
  for (let round = 0; round < 6; round++) {
    await Promise.resolve();
    counts.push(begun.length);
    await nextRound();
  }
  await all;
  expect(counts).toEqual([1, 1, 2, 4, 4, 5]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});
