import { invalidField } from '../errors.js';

/** Where a reader of a run's events is: the cell, by its position in the run, and the number of an event in its log. */
export interface RunCursor {
  position: number;
  sequence: number;
}

/** The cursor as clients have it, e.g. `3-17`. */
export function writeRunCursor({ position, sequence }: RunCursor): string {
  return `${position}-${sequence}`;
}

/**
 * Reads a cursor of a client; empty and absent ones are before the first event.
 * @throws FieldError `invalid_request` naming `after`
 */
export function readRunCursor(text: string | null | undefined): RunCursor {
  if (!text) return { position: 1, sequence: 0 };
  const [, position, sequence] = /^(\d{1,6})-(\d{1,9})$/.exec(text) ?? [];
  if (position === undefined) throw invalidField('after', 'must be the cursor of an event of this run');
  return { position: Number(position), sequence: Number(sequence) };
}
