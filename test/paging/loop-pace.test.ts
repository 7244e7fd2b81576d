import { expect, it } from 'vitest';
import { LoopPace } from '../../src/paging/loop-pace.js';

it('steps that take long leave the event loop free in between', async () => {
  const pace = new LoopPace(1);
  expect(await iterationsDuring(() => steps(pace, 20, 1))).toBeGreaterThan(5);
});

it('steps of many callers that wait together leave the event loop free in between', async () => {
  const pace = new LoopPace(1);
  const callers = Array.from({ length: 20 }, () => steps(pace, 1, 1));
  expect(await iterationsDuring(() => Promise.all(callers))).toBeGreaterThan(15);
});

it('short steps follow each other in one iteration of the event loop', async () => {
  const pace = new LoopPace(1_000);
  expect(await iterationsDuring(() => steps(pace, 20, 0))).toBe(0);
});

async function steps(pace: LoopPace, count: number, ms: number): Promise<void> {
  for (let step = 0; step < count; step++) {
    await pace.next();
    const until = performance.now() + ms;
    while (performance.now() < until);
  }
}

async function iterationsDuring(work: () => Promise<unknown>): Promise<number> {
  let iterations = 0;
  let isDone = false;
  const count = () => {
    if (isDone) return;
    iterations++;
    setImmediate(count);
  };
  setImmediate(count);
  await work();
  isDone = true;
  return iterations;
}
