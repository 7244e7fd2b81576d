import { describe, expect, it } from 'vitest';
import type { ChaosCell } from './cell.js';
import type { MadeDisturbance } from './disturbance.js';
import { parseJournal } from './journals.js';
import type { ChaosRecord } from './missing-lines.js';
import type { ReadEvent, RunReader } from './run-reader.js';
import type { ChaosRun } from './session-client.js';
import { verifyRun } from './verify-run.js';

/** A cell that printed 20 lines, one every 30 ms from the time 1,000 on: its last line is of 1,570. */
const lineCount = 20;
const firstAt = 1_000;
const pauseMs = 30;

type Kind = ChaosCell['kind'];
const line = (i: number) => `cell ${i}`;
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const fileOf = (times: readonly (number | '-')[], last = '') =>
  `begin\n${times.map((time, i) => `${time} ${line(i)}\n`).join('')}${last}`;
const steady = range(0, lineCount).map((i) => firstAt + i * pauseMs);

interface Log {
  kind?: Kind;
  /** The numbers of the lines that were received, or the text. */
  received: number[] | string;
  late?: number[];
  /** Each is the `count` of an `output_lost`. */
  lost?: number[];
  reason?: string;
  hasTraceback?: boolean;
  end: Pick<ReadEvent, 'status' | 'code' | 'retryable'>;
  file?: string;
  endedAt?: number;
  record?: Partial<ChaosRecord>;
}

/** What is wrong with a log, read over both transports. */
function verify(log: Log): string[] {
  const { kind = 'lines', received, late = [], lost = [], reason = 'not_delivered', end, record } = log;
  const textOf = (lines: number[]) => lines.map((i) => `${line(i)}\n`).join('');
  const text = typeof received === 'string' ? received : textOf(received);
  const body: Omit<ReadEvent, 'sequence'>[] = [
    { type: 'stream', name: 'stdout', text },
    ...lost.map((count) => ({ type: 'output_lost', count, reason })),
    ...(log.hasTraceback ? [{ type: 'error' }] : []),
    end.code
      ? { type: 'failure', ...end }
      : { type: 'final_response', outputs: [{ output_type: 'stream', name: 'stdout', text }], ...end },
  ];
  const events = body.map((event, i) => ({ ...event, sequence: i + 1 }));
  const after = late.map((i) => ({ sequence: 100 + i, type: 'stream', name: 'stdout', text: textOf([i]) }));
  const reader = {
    transport: 'rest',
    events,
    late: after,
    hasEnded: true,
    opened: 1,
  } as unknown as RunReader;
  const cell: ChaosCell = { kind, journal: 'cell', code: '' };
  const run: ChaosRun = { id: 'run', session: 'session', cell, readers: [reader, reader] };
  run.endedAt = log.endedAt;
  const journal = { ...parseJournal(log.file ?? fileOf(steady)), workers: ['worker'] };
  return verifyRun(run, journal, { disturbances: [], restarts: [], ...record });
}

const made = (
  what: MadeDisturbance['what'],
  from: number,
  until = from,
  worker = 'worker',
): MadeDisturbance => ({ what, from, until, worker });
const all = range(0, lineCount);
const without = (...some: number[]) => all.filter((i) => !some.includes(i));
const ok = { status: 'ok' };
const died = { code: 'kernel_died', retryable: false };
const workerLost = { code: 'worker_lost', retryable: false };

describe('a cell that ended by itself', () => {
  it('must have all of its lines, once and in their order', () => {
    expect(verify({ received: all, end: ok })).toEqual([]);
    expect(verify({ received: without(7), end: ok })).toHaveLength(1);
    expect(verify({ received: without(19), end: ok })).toHaveLength(1);
    expect(verify({ received: [...all, 19], end: ok })).toHaveLength(1);
    expect(verify({ received: [1, 0, ...range(2, lineCount)], end: ok })).toHaveLength(1);
    expect(verify({ received: 'another line\n', end: ok })).toHaveLength(1);
    expect(verify({ received: '', end: ok })).toHaveLength(1);
  });

  it('may lack as many lines as its log reports as lost, and no more', () => {
    expect(verify({ received: without(7, 8), lost: [2], end: ok })).toEqual([]);
    expect(verify({ received: without(3, 19), lost: [1, 1], end: ok })).toEqual([]);
    expect(verify({ received: without(7, 8), lost: [1], end: ok })[0]).toMatch('2 missing, 1 reported');
    expect(verify({ received: without(3, 7, 8), lost: [1, 1], end: ok })).toHaveLength(1);
    expect(verify({ received: [], lost: [1], end: ok })).toHaveLength(1);
    expect(verify({ received: [8, 7], lost: [18], end: ok })).toHaveLength(1);
  });

  it('lacks nothing where only its outputs were cut', () => {
    expect(verify({ received: without(7), lost: [1], reason: 'outputs_limit', end: ok })).toHaveLength(1);
  });
});

describe('a cell that was interrupted', () => {
  const timedOut = { kind: 'endless', hasTraceback: true, end: { status: 'timed_out' } } as const;

  it('may lack its last line, or a part of it, and no more', () => {
    expect(verify({ ...timedOut, received: all })).toEqual([]);
    expect(verify({ ...timedOut, received: without(19) })).toEqual([]);
    const part = `${range(0, 19)
      .map((i) => `${line(i)}\n`)
      .join('')}cell 1`;
    expect(verify({ ...timedOut, received: part })).toEqual([]);
    expect(verify({ ...timedOut, received: without(18, 19) })).toHaveLength(1);
    expect(verify({ ...timedOut, received: without(5) })).toHaveLength(1);
    expect(verify({ ...timedOut, received: [] })).toHaveLength(1);
  });

  it('lacks the lines that are reported beside that one', () => {
    expect(verify({ ...timedOut, received: without(5, 19), lost: [1] })).toEqual([]);
    expect(verify({ ...timedOut, received: without(5, 6, 19), lost: [1] })).toHaveLength(1);
  });
});

describe('a cell whose kernel was killed', () => {
  it('may lack what the kernel had not sent: lines of the last 50 ms', () => {
    expect(verify({ received: all, end: died })).toEqual([]);
    expect(verify({ received: without(18, 19), end: died })).toEqual([]);
    expect(verify({ received: without(17, 18, 19), end: died })).toHaveLength(1);
    expect(verify({ received: [], end: died })).toHaveLength(1);
    expect(verify({ received: without(4), end: died })).toHaveLength(1);
    expect(verify({ received: without(4, 19), lost: [1], end: died })).toEqual([]);
  });

  it('may lack more where its prints had to wait, up to half a second', () => {
    const slow = steady.map((time, i) => (i >= 10 ? time + 40 : time));
    expect(verify({ received: range(0, 16), end: died, file: fileOf(slow) })).toEqual([]);
    expect(verify({ received: range(0, 14), end: died, file: fileOf(slow) })).toHaveLength(1);
    const stopped = steady.map((time, i) => (i >= 1 ? time + 5_000 : time));
    expect(verify({ received: range(0, 3), end: died, file: fileOf(stopped) })).toEqual([]);
    expect(verify({ received: range(0, 2), end: died, file: fileOf(stopped) })).toHaveLength(1);
  });

  it('is the same where a restart ended it', () => {
    const end = { status: 'cancelled' };
    expect(verify({ received: without(19), end })).toEqual([]);
    expect(verify({ received: range(0, 10), end })).toHaveLength(1);
  });

  it('may not have begun where the end says that it can be run again', () => {
    const end = { ...died, retryable: true };
    expect(verify({ received: [], end, file: '' })).toEqual([]);
    expect(verify({ received: [], end })).toHaveLength(1);
  });
});

describe('a cell whose server was killed', () => {
  const kill = made('server killed', 1_300);
  /** Of 1,240 and before. */
  const read = range(0, 9);
  const verifyLost = (received: number[], disturbances: MadeDisturbance[], endedAt?: number) =>
    verify({ received, end: workerLost, endedAt, record: { disturbances } });

  it('may lack what it printed from the kill on', () => {
    expect(verifyLost(read, [kill])).toEqual([]);
    expect(verifyLost(range(0, 7), [kill])).toHaveLength(1);
    expect(verifyLost([], [kill])).toHaveLength(1);
  });

  it('may lack more where no gateway may have read it: since a disturbance of one', () => {
    const gateway = made('gateway stopped', 1_080, 1_200);
    expect(verifyLost(range(0, 3), [gateway, kill])).toEqual([]);
    expect(verifyLost([], [gateway, kill])).toHaveLength(1);
    expect(verifyLost([], [made('gateway killed', 900), gateway, kill])).toEqual([]);
    expect(verifyLost([], [made('gateway killed', -60_000), kill])).toHaveLength(1);
    expect(verifyLost([], [made('kernel stopped', 900), kill])).toHaveLength(1);
    expect(verifyLost([], [kill, made('gateway killed', 1_400)])).toHaveLength(1);
  });

  it('must have what was printed before the kill where a line shows that a gateway read again', () => {
    const over = (what: MadeDisturbance['what']) => verifyLost(range(0, 5), [made(what, 1_020, 1_080), kill]);
    for (const what of [
      'gateway killed',
      'gateway stopped',
      'server stopped',
      'Jupyter connections cut',
    ] as const)
      expect(over(what), what).toHaveLength(1);
    // The former owner may still have read that line.
    for (const what of ['gateway ended', 'gateway stopped and replaced', 'database connections cut'] as const)
      expect(over(what), what).toEqual([]);
    expect(verifyLost(range(0, 5), [made('gateway killed', 1_020, 1_170), kill])).toEqual([]);
  });

  it('must have it where only another server was disturbed before', () => {
    for (const what of ['server killed', 'server stopped'] as const)
      expect(verifyLost(range(0, 3), [made(what, 900, 1_200, 'another'), kill]), what).toHaveLength(1);
    expect(verifyLost(range(0, 3), [made('server stopped', 900, 1_200), kill])).toEqual([]);
    const long = made('server stopped for long, and a gateway killed', 900, 1_200, 'another');
    expect(verifyLost(range(0, 3), [long, kill])).toEqual([]);
  });

  it('does not end so where another server was killed, or none, or later', () => {
    const elsewhere = made('server killed', 1_300, 1_300, 'another');
    for (const disturbances of [[], [elsewhere], [made('gateway killed', 1_300)]])
      expect(verifyLost(all, disturbances)[0]).toMatch('nobody had killed its server');
    expect(verifyLost(all, [made('server killed', 2_000)], 1_900)).toHaveLength(1);
  });
});

describe('a cell that prints late', () => {
  /** Three lines of a child process without times, behind those of a thread. */
  const times = [...steady.slice(0, 17), '-', '-', '-'] as const;
  const whole = fileOf(times, 'whole\n');
  const verifyLate = (received: number[], log: Partial<Log> = {}) =>
    verify({ kind: 'late', received: [0], late: received, end: ok, file: whole, ...log });

  it('must have all when it has printed all', () => {
    expect(verifyLate(range(1, lineCount))).toEqual([]);
    expect(verifyLate(range(1, lineCount - 1))).toHaveLength(1);
    expect(verifyLate(range(1, 17), { lost: [1] })).toEqual([]);
    expect(verifyLate(range(1, 16), { lost: [1] })).toHaveLength(1);
  });

  it('may lack what its kernel had not sent when that was ended before', () => {
    const file = fileOf(times);
    expect(verifyLate(range(1, 17), { file })).toEqual([]);
    expect(verifyLate(range(1, 16), { file })).toEqual([]);
    expect(verifyLate(range(1, 14), { file })).toHaveLength(1);
    expect(verifyLate([], { file })).toHaveLength(1);
  });

  it('may lack what its thread printed since a restart', () => {
    const file = fileOf(times);
    const restarts = [{ session: 'session', at: 1_300 }];
    expect(verifyLate(range(1, 9), { file, record: { restarts } })).toEqual([]);
    expect(verifyLate(range(1, 7), { file, record: { restarts } })).toHaveLength(1);
    const elsewhere = [{ session: 'another', at: 1_300 }];
    expect(verifyLate(range(1, 9), { file, record: { restarts: elsewhere } })).toHaveLength(1);
  });
});
