import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FollowedFolder } from '../../src/workers/followed-folder.js';

let runs: number;
/** The outcome of a synchronization; the tests replace it. */
let synchronize: () => Promise<boolean>;
let folder: FollowedFolder;
beforeEach(() => {
  vi.useFakeTimers();
  runs = 0;
  synchronize = async () => true;
  folder = new FollowedFolder({
    synchronize: () => {
      runs += 1;
      return synchronize();
    },
    unsubscribe: () => {},
  });
});
afterEach(() => vi.useRealTimers());

describe('a folder that follows its branch', () => {
  test('is synchronized once more when the branch moved meanwhile, however often', async () => {
    let finish = (_isDone: boolean) => {};
    synchronize = () => new Promise((resolve) => (finish = resolve));
    folder.update();
    for (let i = 0; i < 5; i++) folder.update();
    finish(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(runs).toBe(2);
    finish(true);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(runs).toBe(2);
    await folder.close();
  });

  test('repeats a synchronization that failed, after 1, 2, 4 s and so on to 60 s', async () => {
    synchronize = async () => false;
    folder.update();
    const waits = [1, 2, 4, 8, 16, 32, 60, 60];
    for (const [index, seconds] of waits.entries()) {
      await vi.advanceTimersByTimeAsync(seconds * 1_000 - 1);
      expect(runs).toBe(index + 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(runs).toBe(index + 2);
    }
    await folder.close();
  });

  test('is not synchronized any more once it is closed, which waits for the one that runs', async () => {
    let finish = (_isDone: boolean) => {};
    synchronize = () => new Promise((resolve) => (finish = resolve));
    folder.update();
    folder.update();
    let isClosed = false;
    const closed = folder.close().then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(isClosed).toBe(false);
    finish(false);
    await closed;
    folder.update();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(runs).toBe(1);
  });
});
