import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { authenticate } from '../../src/access/authenticate.js';
import { ensureAdmin, hasAdmin } from '../../src/access/ensure-admin.js';
import { generateToken, hashToken } from '../../src/access/token.js';
import { hasDefaults } from '../../src/app/ensure-defaults.js';
import type { Database } from '../../src/engines/database/database.js';
import { openTestDatabase } from '../support/database.js';
import { openTestGateway } from '../support/gateway.js';

let database: Database;
let dataDir: string;
beforeAll(async () => {
  database = await openTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'admin-token-'));
});
afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

const start = (adminToken?: string) => ensureAdmin(database.prisma, { dataDir, adminToken });
const isValid = (token: string) =>
  authenticate(database, `Bearer ${token}`).then(
    () => true,
    () => false,
  );

it('a start revokes the previous admin token and keeps tokens that mutations created', async () => {
  const isThere = () => hasAdmin(database.prisma, { dataDir, adminToken: undefined });
  expect(await isThere()).toBe(false);
  const { token: generated } = await start();
  expect(await isThere()).toBe(true);
  const { userId } = await authenticate(database, `Bearer ${generated}`);
  const made = generateToken();
  await database.prisma.apiToken.create({
    data: { userId, name: 'first admin', hash: hashToken(made), scopes: ['read', 'admin'] },
  });
  const [one, other] = [generateToken(), generateToken()];

  await start(one);
  expect([await isValid(generated), await isValid(one)]).toEqual([false, true]);
  await start(other);
  expect([await isValid(one), await isValid(other)]).toEqual([false, true]);
  await start(one);
  expect([await isValid(one), await isValid(other)]).toEqual([true, false]);
  // The file was kept all the time.
  expect(await start()).toEqual({ token: generated, isNew: false });
  expect((await readFile(join(dataDir, 'admin-token'), 'utf8')).trim()).toBe(generated);
  expect([await isValid(generated), await isValid(one)]).toEqual([true, false]);
  expect(await isValid(made)).toBe(true);
});

it('a start with an admin token that an admin revoked keeps it revoked', async () => {
  const revoked = generateToken();
  expect(await hasDefaults(database.prisma, { demo: false })).toBe(false);
  const at = await openTestGateway({ database, dataDir, env: { ADMIN_TOKEN: revoked } });
  try {
    const { prisma } = at.gateway.services;
    expect(await hasDefaults(prisma, { demo: true })).toBe(true);
    const { id } = await prisma.apiToken.findUniqueOrThrow({ where: { hash: hashToken(revoked) } });
    const answer = await at.graphql(`mutation { revokeApiToken(id: "${id}") { revokedAt } }`);
    expect(answer.errors).toBeUndefined();
    await start(revoked);
    expect(await isValid(revoked)).toBe(false);
    const fresh = generateToken();
    await start(fresh);
    expect(await isValid(fresh)).toBe(true);
  } finally {
    await at.close();
  }
});
