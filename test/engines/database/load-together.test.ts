import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { loadEachTogether, loadTogether } from '../../../src/engines/database/load-together.js';

const calls: string[][] = [];
const load = async (keys: string[]) => {
  calls.push(keys);
  return new Map(keys.filter((key) => key !== 'unknown').map((key) => [key, key.toUpperCase()]));
};

it('loads what is asked for in one tick together, and each key once', async () => {
  calls.length = 0;
  const sharer = {};
  const later = Promise.resolve().then(() => loadTogether(sharer, 'letters', 'c', load));
  const found = ['a', 'b', 'a', 'unknown'].map((key) => loadTogether(sharer, 'letters', key, load));
  expect(await Promise.all([...found, later])).toEqual(['A', 'B', 'A', undefined, 'C']);
  expect(calls).toEqual([['a', 'b', 'unknown', 'c']]);
});

it('loads anew in a later tick, for another sharer, and for other things', async () => {
  calls.length = 0;
  const sharer = {};
  await loadTogether(sharer, 'letters', 'a', load);
  await Promise.all([
    loadTogether(sharer, 'letters', 'a', load),
    loadTogether({}, 'letters', 'a', load),
    loadTogether(sharer, 'words', 'a', load),
  ]);
  expect(calls).toEqual([['a'], ['a'], ['a'], ['a']]);
});

it('fails for all who ask in the tick, and not for those after them', async () => {
  const sharer = {};
  const fail = () => Promise.reject(new Error('no connection'));
  const both = ['a', 'b'].map((key) => loadTogether(sharer, 'letters', key, fail));
  for (const one of both) await expect(one).rejects.toThrow('no connection');
  expect(await loadTogether(sharer, 'letters', 'a', load)).toBe('A');
});

it('lets all go on together who ask for things that are read one by one, with an error of their own', async () => {
  const sharer = {};
  const read = async (key: string) => {
    await sleep(key === 'slow' ? 20 : 0);
    if (key === 'bad') throw new Error('no file');
    return key.length;
  };
  const asked = ['slow', 'quick', 'bad'].map((key) => loadEachTogether(sharer, 'file', key, read));
  const order: string[] = [];
  await Promise.allSettled(asked.map((one, index) => one.finally(() => order.push(`${index}`))));
  expect(order.join('')).toHaveLength(3);
  expect(await Promise.allSettled(asked)).toMatchObject([
    { value: 4 },
    { value: 5 },
    { reason: { message: 'no file' } },
  ]);
});
