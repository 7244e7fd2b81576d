import { afterEach, expect, test, vi } from 'vitest';
import { CommFeed, type CommItem } from '../../../src/executions/widgets/comm-feed.js';

const message = (n: number, text = ''): CommItem => ({ type: 'comm_msg', comm_id: 'c', data: { n, text } });
const numbers = (items: readonly CommItem[] = []) => items.map(({ data }) => data.n);

function create() {
  let now = 0;
  const feed = new CommFeed(() => now);
  return { feed, pass: (ms: number) => (now += ms) };
}

afterEach(() => {
  vi.useRealTimers();
});

/** Reads to the end. */
function readAll(feed: CommFeed, after: string) {
  const read: unknown[] = [];
  let cursor = after;
  for (;;) {
    const page = feed.read(cursor);
    if (!page || page.items.length === 0) return { read, cursor, isLost: !page };
    read.push(...numbers(page.items));
    cursor = page.cursor;
  }
}

test('readers get everything after their position, in order and in pages', () => {
  const { feed } = create();
  const begin = feed.end();
  for (let n = 0; n < 600; n++) feed.add(message(n));
  expect(feed.read(begin)!.items).toHaveLength(256);
  expect(readAll(feed, begin).read).toEqual(Array.from({ length: 600 }, (_, n) => n));
  expect(numbers(feed.read(feed.end())?.items)).toEqual([]);
});

test('a page has a megabyte, and one larger message alone', () => {
  const { feed } = create();
  const begin = feed.end();
  for (const [n, length] of [2_000_000, 600_000, 600_000].entries()) feed.add(message(n, 'x'.repeat(length)));
  const first = feed.read(begin)!;
  const second = feed.read(first.cursor)!;
  expect([first, second, feed.read(second.cursor)].map((page) => numbers(page?.items))).toEqual([
    [0],
    [1],
    [2],
  ]);
});

test.each([
  ['1,000 messages', 1_001, 0],
  ['4 MiB', 5, 1_000_000],
])('a reader who is more than %s behind needs the state', (_what, count, length) => {
  const { feed } = create();
  const begin = feed.end();
  for (let n = 0; n < count; n++) feed.add(message(n, 'x'.repeat(length)));
  expect(feed.read(begin)).toBeUndefined();
});

test('a message of up to 16 MiB is kept until 4 MiB came after it', () => {
  const { feed } = create();
  const begin = feed.end();
  feed.add(message(0, 'x'.repeat(1_000_000)));
  const before = feed.end();
  feed.add(message(1, 'x'.repeat(16_000_000)));
  for (let n = 2; n < 6; n++) feed.add(message(n, 'x'.repeat(1_000_000)));
  expect(feed.read(begin)).toBeUndefined();
  expect(readAll(feed, before)).toMatchObject({ read: [1, 2, 3, 4, 5], isLost: false });
  feed.add(message(6, 'x'.repeat(1_000_000)));
  expect(feed.read(before)).toBeUndefined();
});

test('a message that is too large to keep, and a reset, need the state', () => {
  const { feed } = create();
  const begin = feed.end();
  feed.add(message(0, 'x'.repeat(17_000_000)));
  expect(feed.read(begin)).toBeUndefined();
  const next = feed.end();
  feed.reset();
  expect(feed.read(next)).toBeUndefined();
});

test('nothing is kept while nobody reads', () => {
  const { feed, pass } = create();
  const begin = feed.end();
  feed.add(message(0));
  pass(59_999);
  feed.add(message(1));
  expect(readAll(feed, begin).read).toEqual([0, 1]);
  pass(60_000);
  expect(feed.isWatched).toBe(false);
  feed.add(message(2));
  expect(feed.read(begin)).toBeUndefined();
});

test('what nobody has read for a minute is cleared also when nothing more happens', () => {
  vi.useFakeTimers();
  const feed = new CommFeed();
  const begin = feed.end();
  feed.add(message(0));
  vi.advanceTimersByTime(50_000);
  expect(readAll(feed, begin).read).toEqual([0]);
  vi.advanceTimersByTime(59_999);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1);
  expect(vi.getTimerCount()).toBe(0);
  expect(feed.read(begin)).toBeUndefined();
});

test.each(['', 'x', 'x.0', '.', `${'9'.repeat(400)}`])(
  'the cursor %s of another feed needs the state',
  (cursor) => {
    expect(create().feed.read(cursor)).toBeUndefined();
  },
);

test('positions that this feed never had need the state', () => {
  const { feed } = create();
  const [id] = feed.end().split('.');
  for (const number of ['1', '-1', '0.5', 'NaN', '']) {
    const page = feed.read(`${id}.${number}`);
    expect(page?.items ?? []).toEqual([]);
  }
  expect(feed.read(`${id}.1`)).toBeUndefined();
});
