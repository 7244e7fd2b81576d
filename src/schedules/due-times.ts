import { setImmediate } from 'node:timers/promises';
import { Cron } from 'croner';
import { invalidField } from '../errors.js';

/** A calendar: a cron expression and a time zone, both checked. */
export interface Calendar {
  cron: string;
  timeZone: string;
}

const maxLength = 100;
const fiveFields = /^[\dA-Za-z*,/#-]+( +[\dA-Za-z*,/#-]+){4}$/;
const nicknames = /^@(yearly|annually|monthly|weekly|daily|hourly)$/;
const zoneName = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;

/** A run may begin so much after it was due; later it is missed. */
const maxLateMs = 5 * 60_000;
const maxCounted = 1_000;
/** This many due times are computed before the event loop goes on. */
const countedTogether = 16;

/**
 * Checks a cron expression: five fields, or a name such as `@daily`. Its shortest interval is a minute.
 * @throws FieldError `invalid_request` naming `cron`, also for one that no day fulfils, e.g. 30 February
 */
export function checkCron(cron: string): void {
  if (cron.length > maxLength)
    throw invalidField('cron', `must have at most ${maxLength} characters`, 'too_long');
  if (!fiveFields.test(cron) && !nicknames.test(cron))
    throw invalidField('cron', 'must have five fields, such as 30 6 * * 1-5, or be a name such as @daily');
  const next = nextOrFault(cron);
  if (next === undefined)
    throw invalidField('cron', 'is not a cron expression of minute hour day month weekday');
  if (next === null) throw invalidField('cron', 'is never due: there is no such day');
}

/** Undefined for what is no expression. */
function nextOrFault(cron: string): Date | null | undefined {
  try {
    return nextDue({ cron, timeZone: 'UTC' }, new Date());
  } catch {
    return undefined;
  }
}

/**
 * Checks the name of a time zone of the IANA database.
 * @throws FieldError `invalid_request` naming `timeZone`
 */
export function checkTimeZone(timeZone: string): void {
  if (timeZone.length <= maxLength && zoneName.test(timeZone) && isKnown(timeZone)) return;
  throw invalidField('timeZone', 'must be a name of the IANA time zone database, such as Europe/Berlin');
}

function isKnown(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone }));
  } catch {
    return false;
  }
}

/**
 * The first due time after another time. Where clocks are put forward, a time of day that is left out is due at the first
 * minute after the gap; where they are put back, a time of day that comes twice is due once, at the first of both. Lists and
 * ranges are times of day too. Intervals, such as every ten minutes, go on through both.
 * @returns null when there is none
 */
export function nextDue(calendar: Calendar, after: Date): Date | null {
  return cronOf(calendar).nextRun(after);
}

/** The due times that have passed, without those before the first that was not handled. */
export interface PassedTimes {
  /** The last of them, if it may still begin; null when it is too late. */
  current: Date | null;
  /** How many others there are; 1,000 at most are counted. */
  missed: number;
  /** The last of the others. */
  lastMissed: Date | null;
}

/** Computes what has passed since `first`, a due time, until now. */
export async function passedTimes(calendar: Calendar, first: Date, now: Date): Promise<PassedTimes> {
  const cron = cronOf(calendar);
  const [last = first] = cron.previousRuns(1, new Date(now.getTime() + 1));
  const newest = last > first ? last : first;
  const current = now.getTime() - newest.getTime() <= maxLateMs ? newest : null;
  let missed = 0;
  for (let due: Date | null = first; due && due <= newest && missed < maxCounted; due = cron.nextRun(due)) {
    if (due.getTime() !== current?.getTime()) missed += 1;
    if (missed % countedTogether === 0) await setImmediate();
  }
  if (missed === 0) return { current, missed, lastMissed: null };
  const lastMissed = current ? (cron.previousRuns(1, current)[0] ?? first) : newest;
  return { current, missed, lastMissed };
}

function cronOf({ cron, timeZone }: Calendar): Cron {
  return new Cron(cron, { timezone: timeZone, mode: '5-part', fixedTimeRule: 'no-wildcard' });
}
