import { describe, expect, it } from 'vitest';
import { checkCron, checkTimeZone, nextDue, passedTimes } from '../../src/schedules/due-times.js';

/** This many due times after another time, in RFC 3339 without seconds. */
function dueTimes(cron: string, after: string, count: number, timeZone = 'Europe/Berlin'): string[] {
  const times: string[] = [];
  for (let at = new Date(after); times.length < count; ) {
    at = nextDue({ cron, timeZone }, at)!;
    times.push(`${at.toISOString().slice(0, 16)}Z`);
  }
  return times;
}

describe('a time of day', () => {
  it('that is left out where clocks are put forward is due at the end of the gap', () => {
    expect(dueTimes('30 2 * * *', '2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28T01:30Z',
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ]);
  });

  it('that comes twice where clocks are put back is due once', () => {
    expect(dueTimes('30 2 * * *', '2026-10-24T00:00:00Z', 3)).toEqual([
      '2026-10-24T00:30Z',
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]);
  });

  it('of a list or a range is one, too', () => {
    expect(dueTimes('30 2,14 * * *', '2026-03-28T20:00:00Z', 3)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-29T12:30Z',
      '2026-03-30T00:30Z',
    ]);
    expect(dueTimes('30 2,14 * * *', '2026-10-24T20:00:00Z', 3)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-25T13:30Z',
      '2026-10-26T01:30Z',
    ]);
    expect(dueTimes('0,30 2 * * *', '2026-03-28T20:00:00Z', 2)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-30T00:00Z',
    ]);
    expect(dueTimes('0,30 1-2 * * *', '2026-10-24T20:00:00Z', 5)).toEqual([
      '2026-10-24T23:00Z',
      '2026-10-24T23:30Z',
      '2026-10-25T00:00Z',
      '2026-10-25T00:30Z',
      '2026-10-26T00:00Z',
    ]);
  });

  it('is that of the time zone, also south of the equator and with half an hour of difference', () => {
    expect(dueTimes('0 9 * * 1', '2026-01-01T00:00:00Z', 1, 'Australia/Lord_Howe')).toEqual([
      '2026-01-04T22:00Z',
    ]);
    expect(dueTimes('@daily', '2026-06-30T12:00:00Z', 1, 'America/New_York')).toEqual(['2026-07-01T04:00Z']);
  });
});

it('an interval goes on through both changes of the clocks', () => {
  expect(dueTimes('*/30 * * * *', '2026-03-29T00:10:00Z', 4)).toEqual([
    '2026-03-29T00:30Z',
    '2026-03-29T01:00Z',
    '2026-03-29T01:30Z',
    '2026-03-29T02:00Z',
  ]);
  expect(dueTimes('0 * * * *', '2026-10-24T23:30:00Z', 4)).toEqual([
    '2026-10-25T00:00Z',
    '2026-10-25T01:00Z',
    '2026-10-25T02:00Z',
    '2026-10-25T03:00Z',
  ]);
});

it('an hour with a step is an interval', () => {
  expect(dueTimes('30 0-23/2 * * *', '2026-10-24T23:00:00Z', 3)).toEqual([
    '2026-10-25T00:30Z',
    '2026-10-25T01:30Z',
    '2026-10-25T03:30Z',
  ]);
});

describe('of the due times that have passed', () => {
  const hourly = { cron: '0 * * * *', timeZone: 'UTC' };
  const passed = (first: string, now: string, calendar = hourly) =>
    passedTimes(calendar, new Date(first), new Date(now));

  it('the only one may begin within five minutes', async () => {
    const first = '2026-05-01T06:00:00Z';
    const current = new Date(first);
    expect(await passed(first, first)).toEqual({ current, missed: 0, lastMissed: null });
    expect(await passed(first, '2026-05-01T06:05:00Z')).toEqual({ current, missed: 0, lastMissed: null });
    const late = { current: null, missed: 1, lastMissed: current };
    expect(await passed(first, '2026-05-01T06:05:01Z')).toEqual(late);
  });

  it('the last may begin, and the others are missed', async () => {
    expect(await passed('2026-05-01T06:00:00Z', '2026-05-01T09:01:00Z')).toEqual({
      current: new Date('2026-05-01T09:00:00Z'),
      missed: 3,
      lastMissed: new Date('2026-05-01T08:00:00Z'),
    });
    expect(await passed('2026-05-01T06:00:00Z', '2026-05-01T09:30:00Z')).toEqual({
      current: null,
      missed: 4,
      lastMissed: new Date('2026-05-01T09:00:00Z'),
    });
  });

  it('1,000 are counted, and the last is known', async () => {
    const minutely = { cron: '* * * * *', timeZone: 'Europe/Berlin' };
    expect(await passed('2026-10-20T00:00:00Z', '2026-10-25T01:30:30Z', minutely)).toEqual({
      current: new Date('2026-10-25T01:30:00Z'),
      missed: 1_000,
      lastMissed: new Date('2026-10-25T01:29:00Z'),
    });
  });
});

describe('a cron expression', () => {
  it.each(['* * * * *', '30 6 * * 1-5', '0 0 1,15 JAN-JUN/2 MON#2', '0  12 L * *', '@hourly', '@yearly'])(
    '%s is one',
    (cron) => expect(() => checkCron(cron)).not.toThrow(),
  );

  it.each([
    ...['', '* * * *', '* * * * * *', '60 * * * *', '* 24 * * *', '@reboot', '@every 1s', 'a b c d e'],
    ...['2026-05-01T00:00:00', '? ? ? ? ?', '*/0 * * * *', '5-1 * * * *', ' * * * * *', '0 0 30 2 *'],
    ...[`${'1,'.repeat(60)}1 * * * *`, '*\t* * * *', '0 0 1 1 * 2020'],
  ])('%s is none', (cron) => expect(() => checkCron(cron)).toThrow(/^cron: /));
});

describe('a time zone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia', 'Etc/GMT+2'])('%s is one', (name) =>
    expect(() => checkTimeZone(name)).not.toThrow(),
  );

  it.each(['', 'Mars/Base', '+02:00', '../etc/passwd', 'Europe/Berlin\n', 'x'.repeat(200)])(
    '%s is none',
    (name) => expect(() => checkTimeZone(name)).toThrow(/^timeZone: /),
  );
});
