import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'graphql-sse';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { Database } from '../../src/engines/database/database.js';
import {
  MaintenanceRunner,
  maintenanceLease,
} from '../../src/repositories/maintenance/maintenance-runner.js';
import { MaintenanceWatch } from '../../src/repositories/maintenance/maintenance-watch.js';
import { makeDue } from '../engines/git/maintenance/make-due.js';
import { openTestDatabase } from '../support/database.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let database: Database;
let at: TestGateway;
beforeAll(async () => {
  database = await openTestDatabase();
  at = await openTestGateway({ database });
});
afterAll(() => at.close());

const repositoryId: string = demo.repositoryId;
const log = pino({ level: 'silent' });
const fields = 'status step percent startedAt finishedAt lastError looseObjects packs sizeBytes';
const read = (token?: string) =>
  at.graphql(
    `query ($id: ID!) { space(slug: "demo") { repository(id: $id) { maintenance { ${fields} } } } }`,
    { id: repositoryId },
    token,
  );
const state = async () => (await read()).data.space.repository.maintenance;
const maintain = (token?: string, id = repositoryId) =>
  at.graphql(
    'mutation ($id: ID!) { maintainRepository(spaceSlug: "demo", repositoryId: $id) { id } }',
    { id },
    token,
  );
const idle = () => expect.poll(async () => (await state()).status, { timeout: 20_000 }).toBe('idle');

it('runs when an admin requests it, reports its progress, and packs loose objects', async () => {
  const before = await state();
  expect(before).toMatchObject({ status: 'idle', startedAt: null, finishedAt: null, packs: 0 });
  expect(before.looseObjects).toBeGreaterThan(2);

  const client = createClient({
    url: `${at.url}/graphql/stream`,
    headers: { authorization: `Bearer ${at.token}` },
    retryAttempts: 0,
  });
  const received: any[] = [];
  const leave = client.subscribe<{ repositoryMaintenanceChanged: any }>(
    {
      query: `subscription { repositoryMaintenanceChanged(spaceSlug: "demo", repositoryId: "${repositoryId}") { status step } }`,
    },
    {
      next: ({ data }) => received.push(data!.repositoryMaintenanceChanged),
      error: () => {},
      complete: () => {},
    },
  );
  await expect
    .poll(() => at.gateway.services.bus.listenerCount('maintenance', '*'), { timeout: 5_000 })
    .toBe(1);
  expect((await maintain()).data.maintainRepository.id).toBe(repositoryId);
  await idle();
  await expect.poll(() => received.at(-1)).toEqual({ status: 'idle', step: null });
  leave();

  const after = await state();
  expect(after).toMatchObject({ looseObjects: 0, packs: 1, lastError: null, step: null });
  expect(Date.parse(after.finishedAt)).toBeGreaterThanOrEqual(Date.parse(after.startedAt));
  expect((await at.rest('GET', `/workspaces/${demo.workspaceId}/files?kind=all`)).status).toBe(200);
});

it('maintenance is allowed for space admins only', async () => {
  const code = (answer: { errors?: any[] }) => answer.errors?.[0].extensions.code;
  const editor = await makeUser(at, { role: 'editor' });
  const readOnly = await makeUser(at, { role: 'admin', scopes: ['read', 'write'] });
  expect([code(await read(editor.token)), code(await maintain(editor.token))]).toEqual([
    'forbidden',
    'forbidden',
  ]);
  expect([code(await read(readOnly.token)), code(await maintain(readOnly.token))]).toEqual([
    'insufficient_scope',
    'insufficient_scope',
  ]);
  expect(code(await maintain((await makeUser(at)).token))).toBe('not_found');
  expect(code(await maintain(undefined, '11111111-1111-4111-8111-111111111111'))).toBe('not_found');
});

it('maintenance of a repository runs in one process at a time', async () => {
  const { id } = await makeRepository(at);
  const { prisma, git, bus } = at.gateway.services;
  const lease = (await database.leases.tryTake(maintenanceLease(id)))!;
  await prisma.repositoryMaintenance.create({ data: { repositoryId: id, status: 'running' } });
  const runner = new MaintenanceRunner({ prisma, git, bus, leases: database.leases, log });
  await runner.request(id);
  await runner.close();
  expect((await git.measure(id)).packs).toBe(0);
  await lease.release();
  await maintain(undefined, id);
  await expect.poll(async () => (await git.measure(id)).packs, { timeout: 20_000 }).toBe(1);
});

it('begins by itself when a save makes it necessary, and resumes the maintenance of a killed process', async () => {
  const { prisma, git, bus, maintenance } = at.gateway.services;
  const gitdir = join(at.dataDir, 'repositories', `${repositoryId}.git`);
  const watch = new MaintenanceWatch({ prisma, git, bus, runner: maintenance, log, everyMs: 50 });
  try {
    const startedAt = (await state()).startedAt;
    makeDue(gitdir);
    await at.rest('PUT', `/workspaces/${demo.workspaceId}/authoring-file`, {
      body: { path: 'README.md', content: 'due' },
    });
    await expect.poll(async () => (await state()).startedAt, { timeout: 20_000 }).not.toBe(startedAt);
    await idle();
    expect(await git.needsMaintenance(repositoryId)).toBe(false);

    await prisma.repositoryMaintenance.update({
      where: { repositoryId },
      data: { status: 'running', finishedAt: null },
    });
    await expect.poll(async () => (await state()).finishedAt, { timeout: 20_000 }).not.toBe(null);
    await idle();
  } finally {
    watch.close();
  }
});

it('reports a failure without revealing internals', async () => {
  const { prisma, git } = at.gateway.services;
  const { id } = await makeRepository(at);
  const commitOid = await (await git.repository(id)).resolveBranch('main');
  await unlink(
    join(at.dataDir, 'repositories', `${id}.git`, 'objects', commitOid.slice(0, 2), commitOid.slice(2)),
  );
  await maintain(undefined, id);
  await expect
    .poll(
      async () => (await prisma.repositoryMaintenance.findUnique({ where: { repositoryId: id } }))?.status,
      { timeout: 20_000 },
    )
    .toBe('failed');
  const row = await prisma.repositoryMaintenance.findUniqueOrThrow({ where: { repositoryId: id } });
  expect(row.lastError).toMatch(/^Git could not maintain this repository/);
  expect(row.lastError).not.toContain('/');
});

it('the health page names the version of git', async () => {
  const ready = await (await fetch(`${at.url}/readyz`)).json();
  expect(ready).toEqual({ status: 'ok', git: { version: expect.stringMatching(/^\d+\.\d+/) } });
});
