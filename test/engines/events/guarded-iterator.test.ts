import { expect, it } from 'vitest';
import { guardedIterator } from '../../../src/engines/events/guarded-iterator.js';
import { pullIterator } from '../../../src/engines/events/pull-iterator.js';

/** A guarded source that waits for ever; `ends` counts how often each part was ended. */
function quiet() {
  const ends = { source: 0, guarded: 0 };
  let wake: (value: undefined) => void = () => {};
  const pull = () =>
    new Promise<string | undefined>((resolve) => {
      wake = resolve;
    });
  const source = pullIterator(pull, () => {
    ends.source++;
    wake(undefined);
  });
  return { ends, ...guardedIterator(source, () => ends.guarded++) };
}

it('rejects a pending next with the error of fail, then ends', async () => {
  const { iterator, fail, ends } = quiet();
  const waiting = iterator.next();
  fail(new Error('no more'));
  await expect(waiting).rejects.toThrow('no more');
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
  expect(ends).toEqual({ source: 1, guarded: 1 });
});

it('rejects the next call of next with the error of fail', async () => {
  const { iterator, fail, ends } = quiet();
  fail(new Error('no more'));
  expect(ends).toEqual({ source: 1, guarded: 1 });
  await expect(iterator.next()).rejects.toThrow('no more');
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
});

it('ends immediately when return is called while a next is pending', async () => {
  const { iterator, fail, ends } = quiet();
  const waiting = iterator.next();
  await iterator.return!();
  expect(await waiting).toEqual({ done: true, value: undefined });
  fail(new Error('too late'));
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
  expect(ends).toEqual({ source: 1, guarded: 1 });
});
