import type { Disturbance, MadeDisturbance } from './disturbance.js';
import type { Journal } from './journals.js';
import type { AskedRestart, ChaosRun } from './session-client.js';

/** Lines that a cell wrote to its file and that nobody received. */
export interface MissingLines {
  /** How many have a received line behind them. */
  within: number;
  /** How many are at the end. A line of which a part was received is one of them. */
  atEnd: number;
}

/** What a run lost at its end. */
export interface Loss {
  lines: number;
  /** How long before the last line of its file the first of them was written. */
  ms: number;
  /** Whether the server of its worker was killed, and so its spool was lost. */
  isOfServer: boolean;
}

/** What was done to the runs. */
export interface ChaosRecord {
  disturbances: readonly MadeDisturbance[];
  restarts: readonly AskedRestart[];
}

/** How many prints say how long the threads of a kernel wait for a processor. */
const maxPrints = 50;
const minUnsentMs = 50;
const maxUnsentMs = 500;
/** Another gateway reads a kernel again at most so long after the end of a disturbance: 10 s are promised. */
const takeoverMs = 15_000;

const immediate: ReadonlySet<Disturbance> = new Set([
  'gateway killed',
  'gateway stopped',
  'server stopped',
  'server stopped for long, and a gateway killed',
  'Jupyter connections cut',
]);

/** @returns undefined where other lines were received than were written, or one twice, or in another order */
export function findMissing(received: string, written: string): MissingLines | undefined {
  const lines = written.split('\n').slice(0, -1);
  const pieces = received.split('\n');
  const rest = pieces.pop()!;
  let within = 0;
  let next = 0;
  for (const piece of pieces) {
    const found = lines.indexOf(piece, next);
    if (found < 0) return undefined;
    within += found - next;
    next = found + 1;
  }
  const isPart = lines.slice(next).some((line) => line.startsWith(rest));
  return rest === '' || isPart ? { within, atEnd: lines.length - next } : undefined;
}

/**
 * How long a line that was printed may wait in its kernel. A print returns when the IO thread of the kernel has the line. That
 * thread hands it to ZeroMQ, a thread of ZeroMQ to the socket, and the relay reads the socket to its end also when the kernel
 * is killed. So only two waits for a thread are between a print and what the relay gets. Each print waits for two threads as
 * well: the pause between two lines of a cell is always the same, so what the longer pauses have more than the shortest is such a
 * wait, on this machine, at this time.
 * @param times when the lines were written
 */
export function unsentMs(times: Journal['times']): number {
  const known = times.filter((time) => time !== undefined).slice(-maxPrints);
  const pauses = known.slice(1).map((time, i) => time - known[i]!);
  const waited = pauses.length > 0 ? Math.max(...pauses) - Math.min(...pauses) : 0;
  return Math.min(minUnsentMs + 2 * waited, maxUnsentMs);
}

/**
 * How many lines at the end may be lost with the kernel of a run, or with the spool of its worker.
 * @param atEnd how many were not received
 */
export function countLosable(run: ChaosRun, journal: Journal, record: ChaosRecord, atEnd: number): number {
  const from = losableFrom(run, journal, record, atEnd);
  // A child process gives no times. Its kernel sends what it printed up to 200 ms later, and all of it takes no longer.
  const kept = journal.times.findLastIndex((time) => time !== undefined && time < from);
  return journal.times.length - 1 - kept;
}

/** What a run lost at its end; undefined where that is nothing. @param received what it printed, as far as that was received */
export function findLoss(
  run: ChaosRun,
  received: string,
  journal: Journal,
  record: ChaosRecord,
): Loss | undefined {
  const lines = findMissing(received, journal.text)?.atEnd ?? 0;
  if (lines === 0) return undefined;
  const times = journal.times.slice(-lines).filter((time) => time !== undefined);
  const ms = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return { lines, ms, isOfServer: findServerKill(run, journal, record) !== undefined };
}

/** When the server of a run's worker was killed; undefined if it was not, or only after the end of the run. */
export function findServerKill(
  { cell, endedAt = Number.POSITIVE_INFINITY }: Pick<ChaosRun, 'cell' | 'endedAt'>,
  { workers }: Journal,
  { disturbances }: Pick<ChaosRecord, 'disturbances'>,
): MadeDisturbance | undefined {
  const until = cell.kind === 'late' ? Number.POSITIVE_INFINITY : endedAt;
  return disturbances.find(
    ({ what, worker, from }) => what === 'server killed' && workers.includes(worker!) && from <= until,
  );
}

/** The time from which on a kernel that has been ended may have written lines that nobody received. */
function losableFrom(run: ChaosRun, journal: Journal, record: ChaosRecord, atEnd: number): number {
  const kill = findServerKill(run, journal, record);
  const ends = [journal.times.findLast((time) => time !== undefined) ?? 0];
  // The spool ends with its server: what no gateway had read until then.
  if (kill) {
    const read = journal.times.slice(0, journal.times.length - atEnd).findLast((time) => time !== undefined);
    ends.push(unreadFrom(kill, record.disturbances, read ?? Number.NEGATIVE_INFINITY));
  }
  // A kernel that is asked to end closes its sockets first, and waits for the threads of its cells then.
  if (run.cell.kind === 'late')
    ends.push(...record.restarts.filter(({ session }) => session === run.session).map(({ at }) => at));
  return Math.min(...ends) - unsentMs(journal.times);
}

/**
 * From when on it may be that no gateway had read what the spool of a server got that was killed. A gateway that has read the spool
 * again goes on with that, and the relay sends it all that it had not acknowledged.
 * @param read when the last line was written that was received
 */
function unreadFrom(kill: MadeDisturbance, disturbances: readonly MadeDisturbance[], read: number): number {
  const before = disturbances.filter(
    (one) => one.from < kill.from && stopsReading(one, kill) && !(isImmediate(one) && one.until < read),
  );
  return before.reduceRight(
    (since, { from, until }) => (until + takeoverMs > since ? Math.min(since, from) : since),
    kill.from,
  );
}

/** Whether a gateway may not read the spool of a server since a disturbance: one of another server does not matter. */
function stopsReading({ what, worker }: MadeDisturbance, kill: MadeDisturbance): boolean {
  if (what.startsWith('kernel')) return false;
  return (what !== 'server killed' && what !== 'server stopped') || worker === kill.worker;
}

/**
 * Whether what a disturbance stops has stopped at its end: a line that was written later and was received proves that a gateway
 * reads again. After the others a gateway still reads until it ends, or another one takes over.
 */
function isImmediate({ what }: MadeDisturbance): boolean {
  return immediate.has(what);
}
