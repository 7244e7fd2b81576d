import { expect, it } from 'vitest';
import { UpdateQueue } from '../../../src/notebooks/versions/update-queue.js';

/** Updates that end when the test says so. */
function controlled() {
  const started: PromiseWithResolvers<number>[] = [];
  const update = () => {
    const one = withResolvers<number>();
    started.push(one);
    return one.promise;
  };
  return { started, update };
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** Node 20 has no `Promise.withResolvers`. */
function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

it('requests that come while an update runs share the next one, which starts after it', async () => {
  const queue = new UpdateQueue<number>();
  const { started, update } = controlled();
  const first = queue.run('a', update);
  const second = queue.run('a', update);
  const third = queue.run('a', update);
  expect(started).toHaveLength(1);
  started[0]!.resolve(1);
  expect(await first).toBe(1);
  await expect.poll(() => started.length).toBe(2);
  started[1]!.resolve(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
  expect(started).toHaveLength(2);
  await expect.poll(() => queue.isRunning('a')).toBe(false);
});

it('an update that fails does not fail the next one', async () => {
  const queue = new UpdateQueue<number>();
  const { started, update } = controlled();
  const first = queue.run('a', update);
  const second = queue.run('a', update);
  started[0]!.reject(new Error('first'));
  await expect(first).rejects.toThrow('first');
  await expect.poll(() => started.length).toBe(2);
  started[1]!.resolve(2);
  expect(await second).toBe(2);
});

it('updates of different keys run at the same time, and idle waits for all', async () => {
  const queue = new UpdateQueue<number>();
  const { started, update } = controlled();
  queue.run('a', update);
  queue.run('b', update);
  expect(started).toHaveLength(2);
  let isIdle = false;
  const idle = queue.idle().then(() => {
    isIdle = true;
  });
  started[0]!.resolve(1);
  await started[0]!.promise;
  expect(isIdle).toBe(false);
  started[1]!.resolve(2);
  await idle;
});
