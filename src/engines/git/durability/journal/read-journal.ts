import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readApplied } from './applied-repositories.js';
import { decodeRecord, type MoveRecord } from './journal-record.js';
import { decodeHeader, headerBytes } from './segment-header.js';

/** The records of a journal that may not be durable in their files yet. */
export interface JournalContents {
  /** The boot in which it was written; null when unknown. */
  boot: string | null;
  /** In the order in which they were recorded, without those that were cancelled or carried out already. */
  moves: MoveRecord[];
}

const segmentName = /^\d+$/;

/** Reads the journal in a folder. A segment ends at the first record that is not whole or whose number does not follow. */
export async function readJournal(folder: string): Promise<JournalContents> {
  const found = new Map<number, MoveRecord>();
  const voided: number[] = [];
  const boots = new Set<string | null>();
  const applied = await readApplied(folder);
  for (const name of await readdir(folder)) {
    if (!segmentName.test(name)) continue;
    const bytes = await readFile(join(folder, name));
    const { boot, done } = decodeHeader(bytes);
    boots.add(boot);
    let before: number | undefined;
    for (let at = headerBytes; ; ) {
      const read = decodeRecord(bytes, at);
      if (!read || (before !== undefined && read.sequence !== before + 1)) break;
      before = read.sequence;
      at = read.end;
      if (read.sequence <= done) continue;
      if ('voids' in read.record) voided.push(read.record.voids);
      else found.set(read.sequence, read.record);
    }
  }
  for (const sequence of voided) found.delete(sequence);
  const [boot = null] = boots;
  return {
    boot: boots.size === 1 ? boot : null,
    moves: [...found]
      .sort(([a], [b]) => a - b)
      .map(([, move]) => move)
      .filter(({ repository }) => !applied.has(repository)),
  };
}
