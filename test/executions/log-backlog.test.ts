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
