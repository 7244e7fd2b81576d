import type { ChaosCell } from './cell.js';
import type { Journal } from './journals.js';
import type { ReadEvent, RunReader } from './run-reader.js';
import type { ChaosRun } from './session-client.js';

/** What all that is known of a run says against it; empty when it is right. @param journal what its cell has written */
export function verifyRun(run: ChaosRun, journal: Journal): string[] {
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
  faults.push(...verifyEnd(run, one, journal));
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

function verifyEnd({ cell }: ChaosRun, { events, late }: RunReader, journal: Journal): string[] {
  const end = events.at(-1)!;
  const received = stdoutOf([...events, ...late]);
  const lost = [...events, ...late].filter(({ type }) => type === 'output_lost');
  const how = end.type === 'failure' ? `${end.code}${end.retryable ? ', retryable' : ''}` : end.status;
  const about = `a cell ${cell.kind} ended as ${how}`;
  const neverBegan = end.status === 'aborted' || end.retryable === true;
  if (neverBegan && (journal.begun > 0 || received !== '')) return [`${about} and has begun`];
  if (end.type === 'final_response') {
    const shown = (end.outputs ?? []).filter(({ name }) => name === 'stdout').map(({ text }) => text);
    if (shown.join('') !== stdoutOf(events)) return [`${about} with other outputs than were streamed`];
  }
  const isWhole = end.status === 'ok' || end.status === 'error';
  if (isWhole && journal.begun !== 1) return [`${about} and has begun ${journal.begun} times`];
  if (end.status === 'error' && cell.kind !== 'error') return [about];
  if (end.status === 'timed_out' && cell.kind !== 'endless') return [about];
  const mayLack = cell.kind === 'late' && !journal.isWhole;
  if (isWhole && lost.length === 0 && !mayLack)
    return received === journal.text ? [] : [`${about}: ${difference(received, journal.text)}`];
  if (lost.length > 0)
    return isSubsequence(received, journal.text) ? [] : [`${about}, with other lines than it wrote`];
  // An interrupt, and the death of a kernel, may come between the file and the print.
  return journal.text.startsWith(received) ? [] : [`${about}: ${difference(received, journal.text)}`];
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

function isSubsequence(received: string, written: string): boolean {
  const lines = written.split('\n');
  let at = 0;
  return received.split('\n').every((line) => {
    at = lines.indexOf(line, at) + 1;
    return at > 0;
  });
}
