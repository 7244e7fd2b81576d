import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { withTimeLimit } from '../../../src/engines/events/with-time-limit.js';

/** Resolves with what a signal was aborted with. */
const reasonOf = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));

test('aborts after its time, also when the garbage was collected meanwhile', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const reasons = Array.from({ length: 20 }, () =>
    reasonOf(withTimeLimit(new AbortController().signal, 500)),
  );
  // What a WeakRef was made for in this task is not collected before the next one.
  await new Promise((resolve) => setTimeout(resolve, 20));
  collectGarbage();
  // A timeout does not keep the process alive, nor does the wait for it.
  const keepAlive = setTimeout(() => {}, 5_000);
  for (const reason of await Promise.all(reasons)) expect(reason).toMatchObject({ name: 'TimeoutError' });
  clearTimeout(keepAlive);
});

test('aborts as the signal does', async () => {
  const controller = new AbortController();
  const reason = reasonOf(withTimeLimit(controller.signal, 60_000));
  controller.abort(new Error('given up'));
  expect(await reason).toEqual(new Error('given up'));
});

test('is a mere timeout without a signal', async () => {
  expect(await reasonOf(withTimeLimit(undefined, 20))).toMatchObject({ name: 'TimeoutError' });
});
