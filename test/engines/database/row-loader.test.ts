import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../src/engines/database/database.js';
import {
  type CopiedRows,
  copyField,
  LoadRefused,
  RowsExist,
} from '../../../src/engines/database/row-loader.js';
import { openTestDatabase } from '../../support/database.js';

const fine = { text: 'SELECT true AS ok', values: [] };
let database: Database;
let spaceId: string;
beforeAll(async () => {
  database = await openTestDatabase();
  ({ id: spaceId } = await database.prisma.space.create({ data: { slug: 'rows', name: 'Rows' } }));
});
afterAll(() => database.close());

function teams(names: string[], of: { id?: string; spaceId?: string } = {}): CopiedRows {
  const lines = names.map((name) => {
    return `${[of.id ?? randomUUID(), of.spaceId ?? spaceId, name].map(copyField).join('\t')}\n`;
  });
  return { table: 'Team', columns: ['id', 'spaceId', 'name'], text: lines.join('') };
}

async function names(): Promise<string[]> {
  const found = await database.prisma.team.findMany({ orderBy: { name: 'asc' } });
  return found.map(({ name }) => name);
}

test('texts arrive as they are, whatever their characters mean to COPY', async () => {
  const texts = ['\\.', '\\N', 'a\tb', 'c\\', 'l\ni\r\nn\re', 'ü😀', '', '\\\\t'];
  await database.rows.load([teams(texts)], fine);
  expect((await names()).sort()).toEqual([...texts].sort());
  await database.prisma.team.deleteMany();
});

test('of rows of which one exists, and of a load that its check refuses, nothing is written', async () => {
  const id = randomUUID();
  await database.rows.load([teams(['first'], { id })], fine);
  const again = database.rows.load([teams(['new']), teams(['again'], { id })], fine);
  await expect(again).rejects.toThrow(RowsExist);
  const check = { text: 'SELECT EXISTS (SELECT 1 FROM "Team" WHERE name = $1) AS ok', values: ['nobody'] };
  await expect(database.rows.load([teams(['unseen'])], check)).rejects.toThrow(LoadRefused);
  expect(await names()).toEqual(['first']);
  await database.rows.load([teams(['second'])], { ...check, values: ['second'] });
  expect(await names()).toEqual(['first', 'second']);
  await database.prisma.team.deleteMany();
});

test('after a load, foreign keys are checked as before', async () => {
  const nowhere = randomUUID();
  const check = {
    text: 'SELECT EXISTS (SELECT 1 FROM "Space" WHERE id = $1::uuid) AS ok',
    values: [nowhere],
  };
  const load = database.rows.load([teams(['lost'], { spaceId: nowhere })], check);
  await expect(load).rejects.toThrow(LoadRefused);
  await database.rows.load([teams(['kept'])], fine);
  await expect(
    database.prisma.team.create({ data: { name: 'lost', spaceId: nowhere } }),
  ).rejects.toMatchObject({
    code: 'P2003',
  });
  expect(await names()).toEqual(['kept']);
});

test('loads and queries of many callers go on beside each other', async () => {
  const loads = Array.from({ length: 20 }, (_, n) => database.rows.load([teams([`many ${n}`])], fine));
  const counts = Array.from({ length: 20 }, () => database.prisma.space.count());
  await Promise.all(loads);
  expect(new Set(await Promise.all(counts))).toEqual(new Set([1]));
  expect(await names()).toHaveLength(21);
});
