import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PagedList, type ReadPage } from '../../web/src/paging/paged-list.js';

/** The list at the gateway, of which a page has two rows; a cursor is the number of rows before it. */
let rows: string[];
/** What the next pages are answered with in place of rows. */
let faults: { message: string; code: string; extensions: object }[];
/** The cursors that were asked for. */
let asked: (string | null)[];
/** Whether the newest request is of no use any more. */
let isCancelled: () => boolean;
let list: PagedList<string>;
let close: () => void;

const fault = (code: string) => ({ message: `It is ${code}.`, code, extensions: {} });
const read: ReadPage<string> = async (after, signal) => {
  asked.push(after);
  isCancelled = () => signal.aborted;
  await new Promise((resolve) => setTimeout(resolve, 10));
  const found = faults.shift();
  if (found) return found as never;
  const end = Number(after ?? 0) + 2;
  const pageInfo = { hasNextPage: rows.length > end, endCursor: String(end) };
  return { nodes: rows.slice(end - 2, end), totalCount: rows.length, pageInfo };
};
const pass = (ms = 150) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  rows = ['a', 'b', 'c', 'd', 'e'];
  faults = [];
  asked = [];
  list = new PagedList(read);
  close = list.open();
});
afterEach(() => {
  close();
  vi.useRealTimers();
});

it('the first page comes alone, and each other one when it is asked for', async () => {
  await pass();
  expect(list.getState()).toEqual({ rows: ['a', 'b'], total: 5, hasMore: true, fault: null });
  list.more();
  list.more();
  await pass();
  expect(list.getState()).toEqual({ rows: ['a', 'b', 'c', 'd'], total: 5, hasMore: true, fault: null });
  list.more();
  await pass();
  expect(list.getState()).toEqual({ rows, total: 5, hasMore: false, fault: null });
  expect(asked).toEqual([null, '2', '4']);
});

it('a change reads as many pages again as are shown', async () => {
  await pass();
  list.more();
  await pass();
  rows = ['new', ...rows];
  list.reload();
  await pass();
  expect(list.getState()).toMatchObject({ rows: ['new', 'a', 'b', 'c'], total: 6, hasMore: true });
});

it('a change while a page is read is not missed', async () => {
  await pass(105);
  rows = ['new'];
  list.reload();
  rows = ['newer'];
  list.reload();
  await pass();
  expect(list.getState().rows).toEqual(['newer']);
  expect(asked).toEqual([null, null]);
});

it('a fault that passes is shown beside the rows, until another try succeeds', async () => {
  await pass();
  faults = [fault('overloaded')];
  list.more();
  await pass(20);
  expect(list.getState()).toMatchObject({ rows: ['a', 'b'], fault: { message: 'It is overloaded.' } });
  await pass(5_000);
  expect(list.getState()).toMatchObject({ rows: ['a', 'b', 'c', 'd'], fault: null });
});

it('rows that are refused now are not shown any more', async () => {
  await pass();
  faults = [fault('forbidden')];
  list.reload();
  await pass(60_000);
  expect(list.getState()).toMatchObject({ rows: undefined, hasMore: false, fault: { code: 'forbidden' } });
  expect(asked).toEqual([null, null]);
});

it('nothing is read after its end, and what is awaited then is cancelled', async () => {
  await pass();
  list.more();
  expect(isCancelled()).toBe(false);
  close();
  expect(isCancelled()).toBe(true);
  await pass(60_000);
  expect(asked).toEqual([null, '2']);
  expect(list.getState().rows).toEqual(['a', 'b']);
});
