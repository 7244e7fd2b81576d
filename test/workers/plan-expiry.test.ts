import { describe, expect, it } from 'vitest';
import { planExpiry, workerLife } from '../../src/workers/plan-expiry.js';

const minute = 60_000;
const now = Date.parse('2026-01-01T12:00:00Z');
const life = { idleMs: 60 * minute, maxAgeMs: Number.POSITIVE_INFINITY };
const use = { startedAt: now - 600 * minute, lastActivityAt: now, isInUse: false };
const plan = (changes: Partial<typeof use & typeof life>, tolerance = 0) =>
  planExpiry({ ...use, ...changes }, { ...life, ...changes }, now, tolerance);

describe('the limits of a worker', () => {
  const limits = { workerIdleMinutes: 60, workerMaxAgeMinutes: 0 };

  it('are those of its class where it has its own, and 0 is no limit', () => {
    expect(workerLife({ idleMinutes: null }, limits)).toEqual(life);
    expect(workerLife({}, limits)).toEqual(life);
    expect(workerLife({ idleMinutes: 0, maxAgeMinutes: 30 }, limits)).toEqual({
      idleMs: Number.POSITIVE_INFINITY,
      maxAgeMs: 30 * minute,
    });
  });
});

describe('the expiry of a worker', () => {
  it('is unknown until five minutes before an idle worker is stopped', () => {
    expect(plan({ lastActivityAt: now - 55 * minute + 1 })).toBeNull();
    expect(plan({ lastActivityAt: now - 55 * minute })).toEqual({
      reason: 'idle_timeout',
      at: new Date(now + 5 * minute),
    });
  });

  it('is unknown while the worker is in use, however long ago it was active', () => {
    expect(plan({ lastActivityAt: now - 500 * minute, isInUse: true })).toBeNull();
  });

  it('is half of a short limit before', () => {
    expect(plan({ idleMs: 4 * minute, lastActivityAt: now - 2 * minute + 1 })).toBeNull();
    expect(plan({ idleMs: 4 * minute, lastActivityAt: now - 2 * minute })?.at).toEqual(
      new Date(now + 2 * minute),
    );
  });

  it('leaves five minutes from now when its moment has passed, and is exact when the check is little late', () => {
    expect(plan({ lastActivityAt: now - 300 * minute })?.at).toEqual(new Date(now + 5 * minute));
    expect(plan({ lastActivityAt: now - 55 * minute - 9_000 }, 10_000)?.at).toEqual(
      new Date(now + 5 * minute - 9_000),
    );
  });

  it('is its age when that is near, also while it is in use', () => {
    const age = { maxAgeMs: 600 * minute, startedAt: now - 595 * minute };
    expect(plan({ ...age, isInUse: true })).toEqual({ reason: 'max_age', at: new Date(now + 5 * minute) });
    expect(plan({ ...age, startedAt: now - 594 * minute, isInUse: true })).toBeNull();
  });
});
