import type { RuntimeLimits } from '../config.js';

/** Why a worker will be stopped. */
export type ExpiryReason = 'idle_timeout' | 'max_age';

/** When a worker will be stopped if nothing happens, and why. */
export interface Expiry {
  at: Date;
  reason: ExpiryReason;
}

/** How long a worker may live, in milliseconds; `Infinity` for ever. */
export interface WorkerLife {
  idleMs: number;
  maxAgeMs: number;
}

/** What decides on the life of a worker, as times in milliseconds since 1970. */
export interface WorkerUse {
  startedAt: number;
  lastActivityAt: number;
  /** Whether a cell runs, or somebody watches one of its sessions. */
  isInUse: boolean;
}

const minuteMs = 60_000;
const maxWarningMs = 5 * minuteMs;

/**
 * The limits of a worker.
 * @param resourceClass the class as it was when the worker was started; its own limits come before the defaults
 */
export function workerLife(
  resourceClass: { idleMinutes?: number | null; maxAgeMinutes?: number | null },
  limits: Pick<RuntimeLimits, 'workerIdleMinutes' | 'workerMaxAgeMinutes'>,
): WorkerLife {
  const { workerIdleMinutes, workerMaxAgeMinutes } = limits;
  return {
    idleMs: toMs(resourceClass.idleMinutes ?? workerIdleMinutes),
    maxAgeMs: toMs(resourceClass.maxAgeMinutes ?? workerMaxAgeMinutes),
  };
}

/** @param minutes 0 for no limit */
function toMs(minutes: number): number {
  return minutes === 0 ? Number.POSITIVE_INFINITY : minutes * minuteMs;
}

/**
 * When a worker is to be stopped; null while that is not soon. It is known five minutes before, or half of the limit for
 * limits below ten minutes. Where that moment has passed unseen, the worker gets this time from now on.
 * @param tolerance milliseconds by which `now` may be late
 */
export function planExpiry(
  use: WorkerUse,
  { idleMs, maxAgeMs }: WorkerLife,
  now: number,
  tolerance: number,
): Expiry | null {
  const idleEnd = use.isInUse ? Number.POSITIVE_INFINITY : use.lastActivityAt + idleMs;
  // The age is first: nothing puts it off any more, while an idle worker may be used again.
  return (
    soon('max_age', use.startedAt + maxAgeMs, maxAgeMs, now, tolerance) ??
    soon('idle_timeout', idleEnd, idleMs, now, tolerance)
  );
}

function soon(
  reason: ExpiryReason,
  end: number,
  limitMs: number,
  now: number,
  tolerance: number,
): Expiry | null {
  const warningMs = Math.min(maxWarningMs, limitMs / 2);
  if (end === Number.POSITIVE_INFINITY || end - now > warningMs) return null;
  return { reason, at: new Date(Math.max(end, now + warningMs - tolerance)) };
}
