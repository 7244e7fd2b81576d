import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StatusWriter } from '../../src/sessions/status-writer.js';

let written: string[];
let writer: StatusWriter;
let isAway: boolean;
beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  isAway = false;
  writer = new StatusWriter(async (status) => {
    if (!isAway) written.push(status);
    return !isAway;
  });
});
afterEach(() => vi.useRealTimers());

describe('the writer of a session status', () => {
  test('writes neither busy nor idle for a short cell', async () => {
    writer.set('idle', null);
    writer.set('busy', null);
    await vi.advanceTimersByTimeAsync(20);
    writer.set('idle', null);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(written).toEqual(['idle']);
  });

  test('writes busy for a cell that takes longer, and idle when it has ended', async () => {
    writer.set('idle', null);
    writer.set('busy', null);
    await vi.advanceTimersByTimeAsync(60);
    writer.set('idle', null);
    await vi.advanceTimersByTimeAsync(60);
    expect(written).toEqual(['idle', 'busy', 'idle']);
  });

  test('writes other statuses immediately, in place of one that is delayed', async () => {
    writer.set('idle', null);
    writer.set('busy', null);
    writer.set('dead', 'kernel_died');
    await writer.written();
    expect(written).toEqual(['idle', 'dead']);
  });

  test('writes a delayed status when it is flushed, and drops it when it is canceled', async () => {
    writer.set('idle', null);
    writer.set('busy', null);
    await writer.flush();
    expect(written).toEqual(['idle', 'busy']);
    writer.set('idle', null);
    writer.cancel();
    await vi.advanceTimersByTimeAsync(1_000);
    await writer.flush();
    expect(written).toEqual(['idle', 'busy']);
  });

  test('writes a status again that could not be written, and a newer one immediately', async () => {
    writer.set('idle', null);
    await writer.flush();
    isAway = true;
    writer.set('dead', 'lost');
    await vi.advanceTimersByTimeAsync(10_000);
    isAway = false;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(written).toEqual(['idle', 'dead']);
    isAway = true;
    writer.set('restarting', null);
    await writer.written();
    isAway = false;
    writer.set('idle', null);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(written).toEqual(['idle', 'dead', 'idle']);
  });

  test('drops one that could not be written when it is canceled', async () => {
    isAway = true;
    writer.set('idle', null);
    await writer.written();
    isAway = false;
    writer.cancel();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(written).toEqual([]);
  });
});
