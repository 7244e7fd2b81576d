import { expect, it } from 'vitest';
import { FairLimit } from '../../../src/engines/events/fair-limit.js';

/** Work that records that it began, and ends on request. */
function createWork(limit: FairLimit) {
  const began: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const start = (userId: string, name: string, signal = new AbortController().signal) => {
    const work = () => {
      began.push(name);
      return new Promise<void>((resolve, reject) => {
        ends.set(name, (error) => (error ? reject(error) : resolve()));
      });
    };
    return limit.run(userId, work, signal);
  };
  const end = async (name: string, error?: Error) => {
    ends.get(name)!(error);
    await yieldOnce();
  };
  return { began, start, end };
}

/** Lets everything happen that waits for nothing. */
const yieldOnce = () => new Promise((resolve) => setImmediate(resolve));

it('keeps a slot for other users, and gives free ones to the users in rotation', async () => {
  const { began, start, end } = createWork(new FairLimit(3));
  const many = ['a1', 'a2', 'a3', 'a4', 'a5'].map((name) => start('a', name));
  await yieldOnce();
  expect(began).toEqual(['a1', 'a2']);
  const others = [start('b', 'b1'), start('b', 'b2'), start('c', 'c1')];
  await yieldOnce();
  expect(began).toEqual(['a1', 'a2', 'b1']);
  for (const name of ['a1', 'a2', 'b1', 'b2', 'c1', 'a3', 'a4', 'a5']) await end(name);
  expect(began).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'c1', 'a4', 'a5']);
  await Promise.all([...many, ...others]);
});

it('lets a user whose work never ends not keep others from theirs', async () => {
  const { began, start, end } = createWork(new FairLimit(2));
  for (let index = 0; index < 5; index += 1) void start('a', `a${index}`);
  for (const name of ['b1', 'b2', 'b3']) {
    const work = start('b', name);
    await yieldOnce();
    await end(name);
    await work;
  }
  expect(began).toEqual(['a0', 'b1', 'b2', 'b3']);
});

it('has a single slot for everybody where there is only one', async () => {
  const { began, start, end } = createWork(new FairLimit(1));
  const works = [start('a', 'a1'), start('a', 'a2'), start('b', 'b1')];
  for (const name of ['a1', 'a2', 'b1']) {
    await yieldOnce();
    await end(began.at(-1)!);
    expect(began).toContain(name);
  }
  await Promise.all(works);
});

it('forgets what is aborted while it waits, and frees the slot of what fails', async () => {
  const { began, start, end } = createWork(new FairLimit(2));
  const aborter = new AbortController();
  const failing = start('a', 'a1');
  const aborted = start('a', 'a2', aborter.signal);
  const last = start('a', 'a3');
  failing.catch(() => {});
  aborted.catch(() => {});
  aborter.abort(new Error('left'));
  await expect(aborted).rejects.toThrow('left');
  await expect(start('a', 'a4', aborter.signal)).rejects.toThrow('left');
  await end('a1', new Error('failed'));
  await expect(failing).rejects.toThrow('failed');
  await end('a3');
  await last;
  expect(began).toEqual(['a1', 'a3']);
});
