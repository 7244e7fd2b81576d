import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readTable, TableWriter } from '../../../src/app/backup/table-files.js';

it('reads the rows that were written, whatever characters they have', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'table-files-'));
  const rows = [
    '{"a":"one\u2028two\u2029three"}',
    '{"a":"four\rfive\u0085"}',
    `{"a":"${'é'.repeat(70_000)}"}`,
  ];
  const writer = new TableWriter(folder);
  await writer.write('Some', rows);
  await writer.begin('None');
  await writer.end();
  const read = async (table: string) => {
    const found: string[] = [];
    for await (const lines of readTable(folder, table)) found.push(...lines);
    return found;
  };
  expect(await read('Some')).toEqual(rows);
  expect(await read('None')).toEqual([]);
  await rm(folder, { recursive: true });
});
