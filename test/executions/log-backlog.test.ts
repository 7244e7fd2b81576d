import { describe, expect, test } from 'vitest';
import type { ExecutionEvent } from '../../src/executions/execution-event.js';
import { LogBacklog } from '../../src/executions/log-backlog.js';

const mebi = 1024 * 1024;
const printed = (text: string, name: 'stdout' | 'stderr' = 'stdout'): ExecutionEvent => ({
  type: 'stream',
  name,
  text,
});
const busy: ExecutionEvent = { type: 'status', execution_state: 'busy' };
const eventsOf = (backlog: LogBacklog) => backlog.takeBatch().map(({ event }) => event);

describe('the backlog of a log', () => {
  test('joins adjacent pieces of one stream, and no others', () => {
    const backlog = new LogBacklog();
    for (const event of [printed('a'), printed('b'), printed('c', 'stderr'), busy, printed('d')]) {
      backlog.add(event);
    }
    expect(eventsOf(backlog)).toEqual([printed('ab'), printed('c', 'stderr'), busy, printed('d')]);
    expect(backlog.isEmpty).toBe(true);
  });

  test('lets a status wait for the output that follows, and output not', () => {
    const backlog = new LogBacklog();
    expect(backlog.add(busy)).toBe('soon');
    expect(backlog.add(printed('a'))).toBe('now');
  });

  test('returns batches of at most 500 events and about 1 Mi characters', () => {
    const backlog = new LogBacklog();
    for (let i = 0; i < 501; i++) backlog.add(busy);
    expect(backlog.takeBatch()).toHaveLength(500);
    expect(backlog.takeBatch()).toHaveLength(1);
    for (let i = 0; i < 3; i++) backlog.add(printed('x'.repeat(mebi)));
    expect(backlog.takeBatch()).toHaveLength(1);
  });

  test('drops output beyond 64 Mi characters, and reports the number of dropped events before the next one that fits', () => {
    const backlog = new LogBacklog();
    for (let i = 0; i < 63; i++) backlog.add(printed('x'.repeat(mebi)));
    expect(backlog.add(printed('x'.repeat(mebi)))).toBe('dropped');
    expect(backlog.add(printed('x'.repeat(mebi)))).toBe('dropped');
    for (let i = 0; i < 63; i++) backlog.takeBatch();
    expect(backlog.add(busy)).toBe('now');
    expect(eventsOf(backlog)).toEqual([{ type: 'output_lost', count: 2, reason: 'backlog' }, busy]);
  });

  test('drops output beyond 512 Mi characters of one log, written or not', () => {
    const backlog = new LogBacklog();
    const piece = printed('x'.repeat(16 * mebi));
    for (let i = 0; i < 31; i++) {
      backlog.add(piece);
      backlog.takeBatch();
    }
    expect(backlog.add(piece)).toBe('dropped');
    expect(backlog.addLost()).toBe(true);
    expect(eventsOf(backlog)).toEqual([{ type: 'output_lost', count: 1, reason: 'log_limit' }]);
    expect(backlog.addLost()).toBe(false);
  });

  test('says of a full log again and again what was dropped, so that the relay need not keep it', () => {
    const backlog = new LogBacklog(false);
    backlog.begin({ size: 512 * mebi, position: 0 });
    const add = (size: number, position: number) => backlog.add(printed('x'.repeat(size)), position);
    for (let position = 1; position < 10_000; position++) expect(add(1, position)).toBe('dropped');
    expect(add(1, 10_000)).toBe('now');
    const lost = (count: number) => ({ type: 'output_lost', count, reason: 'log_limit' });
    expect(backlog.takeBatch()).toMatchObject([{ event: lost(10_000), position: 10_000 }]);
    expect(add(mebi, 10_001)).toBe('dropped');
    expect(add(32 * mebi, 10_002)).toBe('now');
    expect(backlog.takeBatch()).toMatchObject([{ event: lost(2), position: 10_002 }]);
    expect([backlog.isEmpty, backlog.hasLost]).toEqual([true, false]);
  });

  test('keeps the events of one message in one batch: the log would have its position without the second', () => {
    const backlog = new LogBacklog();
    for (let i = 1; i < 500; i++) backlog.add(busy, i);
    backlog.add({ type: 'status', execution_state: 'waiting_for_input' }, 500);
    backlog.add({ type: 'input_request', prompt: '', password: false, request_id: 'a' }, 500);
    backlog.add(busy, 501);
    expect(
      eventsOf(backlog)
        .slice(-2)
        .map(({ type }) => type),
    ).toEqual(['status', 'input_request']);
    expect(eventsOf(backlog)).toEqual([busy]);
  });

  test('forgets what the log has already, and counts it against the limit of the log', () => {
    const backlog = new LogBacklog(false);
    backlog.add(printed('known'), 4);
    backlog.add(printed('new'), 5);
    backlog.add(printed('without a relay'));
    backlog.begin({ size: 511 * mebi, position: 4 });
    expect(eventsOf(backlog)).toEqual([printed('new'), printed('without a relay')]);
    expect(backlog.add(printed('x'.repeat(mebi)), 6)).toBe('dropped');
  });
});
