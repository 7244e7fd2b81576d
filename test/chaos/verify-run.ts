import type { ChaosCell } from './cell.js';
import type { Journal } from './journals.js';
import { type ChaosRecord, countLosable, findMissing, findServerKill } from './missing-lines.js';
import type { ReadEvent, RunReader } from './run-reader.js';
import type { ChaosRun } from './session-client.js';

/**
 * What all that is known of a run says against it; empty when it is right.
 * @param journal what its cell has written
 * @param record what was done meanwhile
 */
export function verifyRun(run: ChaosRun, journal: Journal, record: ChaosRecord): string[] {
  const faults = [...verifyBeginnings(run, journal)];
  if (run.refused) return faults;
  for (const reader of run.readers) faults.push(...verifyReader(reader));
  const [one, other] = run.readers as [RunReader, RunReader];
  if (!one.hasEnded || !other.hasEnded) return faults;
  if (JSON.stringify(one.events) !== JSON.stringify(other.events))
    faults.push('REST and GraphQL sent different events');
  const goesOn = run.cell.kind === 'late';
  if (!goesOn && run.writtenAtEnd !== undefined && run.writtenAtEnd !== journal.text)
    faults.push('the cell went on after its end was reported');
  faults.push(...verifyEnd(run, one, journal, record));
  return faults;
}

/** Whether a cell has printed more than was read, until now. */
export function lacksLateLines({ kind }: ChaosCell, { events, late }: RunReader, journal: Journal): boolean {
  const all = [...events, ...late];
  const mustHave = kind === 'late' && journal.isWhole && events.at(-1)?.status === 'ok';
  return mustHave && !all.some(({ type }) => type === 'output_lost') && stdoutOf(all) !== journal.text;
}

function verifyBeginnings({ refused }: ChaosRun, { begun }: Journal): string[] {
  if (begun > 1) return [`the cell ran ${begun} times`];
  return refused && begun > 0 ? [`the cell was refused with ${refused} and ran`] : [];
}

function verifyReader({ transport, events, fault, hasEnded, opened }: RunReader): string[] {
  const faults = fault ? [fault] : [];
  if (!hasEnded)
    faults.push(`no end came over ${transport}, after ${events.length} events and ${opened} connections`);
  const terminal = events.filter(({ type }) => type === 'final_response' || type === 'failure');
  if (terminal.length > 1) faults.push(`${terminal.length} terminal events over ${transport}`);
  return faults;
}

function verifyEnd(run: ChaosRun, reader: RunReader, journal: Journal, record: ChaosRecord): string[] {
  const { cell } = run;
  const { events } = reader;
  const end = events.at(-1)!;
  const how = end.type === 'failure' ? `${end.code}${end.retryable ? ', retryable' : ''}` : end.status;
  const about = `a cell ${cell.kind} ended as ${how}`;
  const neverBegan = end.status === 'aborted' || end.retryable === true;
  if (neverBegan && (journal.begun > 0 || receivedText(reader) !== '')) return [`${about} and has begun`];
  if (end.type === 'final_response') {
    const shown = (end.outputs ?? []).filter(({ name }) => name === 'stdout').map(({ text }) => text);
    if (shown.join('') !== stdoutOf(events)) return [`${about} with other outputs than were streamed`];
  }
  if (isComplete(end) && journal.begun !== 1) return [`${about} and has begun ${journal.begun} times`];
  if (end.status === 'error' && cell.kind !== 'error') return [about];
  if (end.status === 'timed_out' && cell.kind !== 'endless') return [about];
  if (end.code === 'worker_lost' && journal.begun > 0 && !findServerKill(run, journal, record))
    return [`${about}, and nobody had killed its server`];
  return verifyLines(run, reader, journal, record).map((fault) => `${about}${fault}`);
}

/** Each line is received, or counted by an `output_lost`, or one that the end of the run explains. */
function verifyLines(run: ChaosRun, reader: RunReader, journal: Journal, record: ChaosRecord): string[] {
  const received = receivedText(reader);
  const missing = findMissing(received, journal.text);
  if (!missing) return [`, with other lines than it wrote: ${difference(received, journal.text)}`];
  const counted = countedAsLost(reader);
  // A message of a kernel is one line of a cell, or what a child process printed within 200 ms.
  const ofChild = journal.times.filter((time) => time === undefined).length;
  const reported = counted > 0 ? counted + Math.max(0, ofChild - 1) : 0;
  const explained = Math.min(missing.atEnd, explainedAtEnd(run, reader, journal, record, missing.atEnd));
  const lacks = missing.within + missing.atEnd - explained;
  if (lacks <= reported) return [];
  const losses = `${missing.within + missing.atEnd} missing, ${counted} reported as lost, ${explained} explained by the end`;
  return [`: ${losses}; ${difference(received, journal.text)}`];
}

/** How many lines at the end of its file a run may lack, though nothing says so. @param atEnd how many it lacks there */
function explainedAtEnd(
  run: ChaosRun,
  reader: RunReader,
  journal: Journal,
  record: ChaosRecord,
  atEnd: number,
): number {
  const goesOn = run.cell.kind === 'late' && !journal.isWhole;
  if (isComplete(reader.events.at(-1)!) && !goesOn) return 0;
  // An interrupt may come between the file and the print; the kernel lives, and has sent all else before the traceback.
  if ([...reader.events, ...reader.late].some(({ type }) => type === 'error')) return 1;
  return countLosable(run, journal, record, atEnd);
}

function isComplete({ status }: ReadEvent): boolean {
  return status === 'ok' || status === 'error';
}

/** What a cell printed, as far as it was received. */
export function receivedText({ events, late }: Pick<RunReader, 'events' | 'late'>): string {
  return stdoutOf([...events, ...late]);
}

/** Not what the outputs of a run lack: its log has that. */
function countedAsLost({ events, late }: RunReader): number {
  return [...events, ...late]
    .filter(({ type, reason }) => type === 'output_lost' && reason !== 'outputs_limit')
    .reduce((sum, { count = 0 }) => sum + count, 0);
}

function stdoutOf(events: ReadEvent[]): string {
  return events
    .filter(({ type, name }) => type === 'stream' && name === 'stdout')
    .map(({ text }) => text)
    .join('');
}

function difference(received: string, written: string): string {
  const lines = [received, written].map((text) => text.split('\n'));
  const at = lines[0]!.findIndex((line, i) => line !== lines[1]![i]);
  const [got, wrote] = lines.map((all) => (at < 0 ? 'nothing' : JSON.stringify(all[at] ?? 'nothing')));
  return `${lines[0]!.length - 1} lines received, ${lines[1]!.length - 1} written; first ${got} in place of ${wrote}`;
}
