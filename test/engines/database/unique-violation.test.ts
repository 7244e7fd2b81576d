import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../src/engines/database/database.js';
import { uniqueViolation } from '../../../src/engines/database/unique-violation.js';
import { openTestDatabase, testDatabaseKind } from '../../support/database.js';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.prisma.space.create({ data: { slug: 'taken', name: 'First' } });
});
afterAll(() => database.close());

const taken = { slug: 'taken', name: 'Second' };
const failure = (work: Promise<unknown>) => work.then(() => expect.fail('it was accepted'), uniqueViolation);

test('runs on the database that TEST_DB names', () => {
  expect(database.kind).toBe(testDatabaseKind);
});

test('names the constraint of a create, a transaction and a raw query alike', async () => {
  const { prisma } = database;
  expect(await failure(prisma.space.create({ data: taken }))).toBe('Space_slug_key');
  expect(await failure(prisma.$transaction((tx) => tx.space.create({ data: taken })))).toBe('Space_slug_key');
  expect(await failure(prisma.$transaction([prisma.space.create({ data: taken })]))).toBe('Space_slug_key');
  const raw = prisma.$executeRaw`INSERT INTO "Space" (id, slug, name) VALUES (gen_random_uuid(), 'taken', 'Raw')`;
  expect(await failure(raw)).toBe('Space_slug_key');
});

test('names a primary key of two columns', async () => {
  const { prisma } = database;
  const user = await prisma.user.create({ data: { name: 'A', email: 'a@example.com' } });
  const space = await prisma.space.findUniqueOrThrow({ where: { slug: 'taken' } });
  const data = { spaceId: space.id, userId: user.id, role: 'viewer' as const };
  await prisma.spaceMember.create({ data });
  expect(await failure(prisma.spaceMember.create({ data }))).toBe('SpaceMember_pkey');
});

test('is null for every other failure', async () => {
  const { prisma } = database;
  const nowhere = '00000000-0000-4000-8000-000000000000';
  expect(await failure(prisma.team.create({ data: { name: 'T', spaceId: nowhere } }))).toBeNull();
  expect(await failure(prisma.space.update({ where: { id: nowhere }, data: { name: 'N' } }))).toBeNull();
  for (const other of [undefined, null, 'text', new Error('other')])
    expect(uniqueViolation(other)).toBeNull();
});

test('queries succeed beside forty violations at the same time', async () => {
  const { prisma } = database;
  const violations = Array.from({ length: 40 }, () => failure(prisma.space.create({ data: taken })));
  const reads = Array.from({ length: 40 }, () => prisma.space.count());
  expect(await Promise.all(violations)).toEqual(Array(40).fill('Space_slug_key'));
  expect(await Promise.all(reads)).toEqual(Array(40).fill(1));
});
