import { existsSync, fstatSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal, type JournalOptions } from '../../../../src/engines/git/durability/journal/journal.js';
import type { MoveRecord } from '../../../../src/engines/git/durability/journal/journal-record.js';
import { readJournal } from '../../../../src/engines/git/durability/journal/read-journal.js';
import { diskSyncs } from '../../../../src/engines/git/durability/syncs.js';

let root: string;
let flushes: number;
/** How many of the next flushes of the journal itself fail; those after them succeed, as Linux has it. */
let failures: number;
/** The inode of a file that cannot be flushed. */
let failing: number;
const reported: unknown[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'journal-'));
  flushes = 0;
  failures = 0;
  failing = 0;
  reported.length = 0;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const folder = () => join(root, 'gateway-journal/0123456789abcdef');

function openJournal(options: Partial<JournalOptions> = {}): Journal {
  return new Journal({
    folder: folder(),
    root,
    boot: 'boot',
    syncs: {
      ...diskSyncs,
      data: async (fd) => {
        flushes += 1;
        await sleep(5);
        if (failures > 0) {
          failures -= 1;
          throw new Error('the disk is broken');
        }
        await diskSyncs.data(fd);
      },
      all: async (fd) => {
        if (fstatSync(fd).ino === failing) throw new Error('the disk is broken');
        await diskSyncs.all(fd);
      },
    },
    report: (error) => reported.push(error),
    onTakenOver: () => reported.push('taken over'),
    ...options,
  });
}

const move = (n: number, size = 100): MoveRecord => ({
  repository: 'r.git',
  ref: 'refs/heads/main',
  from: null,
  to: String(n),
  since: null,
  at: 1,
  objects: [{ oid: String(n), deflated: Buffer.alloc(size, n) }],
});

async function record(journal: Journal, n: number, size?: number): Promise<void> {
  const entry = journal.append(move(n, size));
  await entry.durable;
  entry.finish({ touched: [], done: true });
}

describe('a journal', () => {
  it('flushes all waiting records together, and keeps their order', async () => {
    const journal = openJournal({ checkpointMs: 60_000 });
    await record(journal, 0);
    const before = flushes;
    await Promise.all(Array.from({ length: 50 }, (_, n) => record(journal, n + 1)));
    expect(flushes - before).toBeLessThanOrEqual(2);
    const { moves, boot } = await readJournal(folder());
    expect(boot).toBe('boot');
    expect(moves.map(({ to }) => Number(to))).toEqual(Array.from({ length: 51 }, (_, n) => n));
    expect(moves[7]!.objects).toEqual(move(7).objects);
    await journal.close();
  });

  it('is empty after a checkpoint, and overwrites its old records', async () => {
    const journal = openJournal({ checkpointMs: 20 });
    for (let round = 0; round < 4; round++) {
      for (let n = 0; n < 5; n++) await record(journal, round * 5 + n);
      await expect.poll(async () => (await readJournal(folder())).moves.length).toBe(0);
    }
    const last = journal.append(move(99));
    await last.durable;
    expect((await readJournal(folder())).moves.map(({ to }) => to)).toEqual(['99']);
    last.finish({ touched: [], done: true });
    await journal.close();
  });

  it('accepts more than its segments hold, by emptying one while it fills the other', async () => {
    const journal = openJournal({ segmentBytes: 64 * 1024, checkpointMs: 60_000 });
    await Promise.all(Array.from({ length: 100 }, (_, n) => record(journal, n, 10_000)));
    expect((await readJournal(folder())).moves.length).toBeLessThan(16);
    await journal.close();
    expect((await readJournal(folder())).moves).toEqual([]);
  });

  it('does not empty a segment before its records are carried out', async () => {
    const journal = openJournal({ checkpointMs: 10 });
    const entry = journal.append(move(1));
    await entry.durable;
    await sleep(100);
    expect((await readJournal(folder())).moves).toHaveLength(1);
    entry.finish({ touched: [], done: true });
    await expect.poll(async () => (await readJournal(folder())).moves.length).toBe(0);
    await journal.close();
  });

  it('removes a record that is withdrawn', async () => {
    const journal = openJournal({ checkpointMs: 60_000 });
    const entry = journal.append(move(1));
    await entry.durable;
    entry.finish({ touched: [], done: false });
    await record(journal, 2);
    expect((await readJournal(folder())).moves.map(({ to }) => to)).toEqual(['2']);
    await journal.close();
  });

  it('keeps its records while the disk fails a checkpoint, and tries again', async () => {
    const journal = openJournal({ checkpointMs: 20 });
    const file = join(root, 'object');
    writeFileSync(file, 'x');
    const entry = journal.append(move(1));
    await entry.durable;
    failing = statSync(file).ino;
    entry.finish({ touched: [file], done: true });
    await expect.poll(() => reported.length).toBeGreaterThan(1);
    expect((await readJournal(folder())).moves).toHaveLength(1);
    await record(journal, 2);
    failing = 0;
    await expect.poll(async () => (await readJournal(folder())).moves.length).toBe(0);
    await journal.close();
  });

  it('continues in another segment after a failed flush, and withdraws its records', async () => {
    const journal = openJournal({ checkpointMs: 60_000 });
    const before = journal.append(move(1));
    await before.durable;
    failures = 1;
    await expect(record(journal, 2)).rejects.toThrow('the disk is broken');
    await record(journal, 3);
    const { moves } = await readJournal(folder());
    expect(moves.map(({ to }) => to)).toEqual(['1', '3']);
    expect(readdirSync(folder())).toEqual(['0', '1']);
    // What it acknowledged before is carried out and flushed; only then it goes.
    before.finish({ touched: [], done: true });
    await expect.poll(() => readdirSync(folder())).toEqual(['1']);
    expect((await readJournal(folder())).moves.map(({ to }) => to)).toEqual(['3']);
    await journal.close();
  });

  it('completes every append while some flushes fail', async () => {
    const journal = openJournal({ segmentBytes: 64 * 1024, checkpointMs: 5 });
    let failed = 0;
    for (let round = 0; round < 30; round++) {
      failures = round % 4;
      const saves = Array.from({ length: 5 }, (_, n) => record(journal, round * 5 + n, 4000));
      for (const { status } of await Promise.allSettled(saves)) if (status === 'rejected') failed += 1;
    }
    expect(failed).toBeGreaterThan(0);
    failures = 0;
    await expect.poll(async () => (await readJournal(folder())).moves.length).toBe(0);
    await record(journal, 1000);
    await journal.close();
    expect((await readJournal(folder())).moves).toEqual([]);
  });

  it('refuses records after another instance took it over, and when it is closed', async () => {
    const journal = openJournal();
    await record(journal, 1);
    rmSync(folder(), { recursive: true });
    await expect(record(journal, 2)).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(reported).toEqual(['taken over']);
    await journal.close();
    await expect(record(journal, 3)).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(existsSync(folder())).toBe(false);
  });
});
