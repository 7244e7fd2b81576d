import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'graphql-sse';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { Database } from '../../src/engines/database/open-database.js';
import { openGitStore } from '../../src/engines/git/git-store.js';
import {
  createMaintenanceRunner,
  maintenanceLease,
} from '../../src/repositories/maintenance/maintenance-runner.js';
import { watchMaintenance } from '../../src/repositories/maintenance/maintenance-watch.js';
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

it('maintenance runs on request of an admin, reports its progress, and packs loose objects', async () => {
  const before = await state();
  expect(before).toMatchObject({ status: 'idle', startedAt: null, finishedAt: null, packs: 0 });
  expect(before.looseObjects).toBeGreaterThan(2);

  const client = createClient({
    url: `${at.url}/graphql/stream`,
    headers: { authorization: `Bearer ${at.token}` },
    retryAttempts: 0,
  });
  const events: any[] = [];
  const leave = client.subscribe<{ repositoryMaintenanceChanged: any }>(
    {
      query: `subscription { repositoryMaintenanceChanged(spaceSlug: "demo", repositoryId: "${repositoryId}") { status step } }`,
    },
    {
      next: ({ data }) => events.push(data!.repositoryMaintenanceChanged),
      error: () => {},
      complete: () => {},
    },
  );
  await expect
    .poll(() => at.gateway.services.bus.listenerCount('maintenance', '*'), { timeout: 5_000 })
    .toBe(1);
  expect((await maintain()).data.maintainRepository.id).toBe(repositoryId);
  await idle();
  await expect.poll(() => events.at(-1)).toEqual({ status: 'idle', step: null });
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
  const runner = createMaintenanceRunner({ prisma, git, bus, leases: database.leases, log });
  await runner.request(id);
  await runner.close();
  expect((await git.measure(id)).packs).toBe(0);
  await lease.release();
  await maintain(undefined, id);
  await expect.poll(async () => (await git.measure(id)).packs, { timeout: 20_000 }).toBe(1);
});

it('maintenance begins by itself when it is due after a save, and resumes what a killed process left', async () => {
  const { prisma, git, bus, maintenance } = at.gateway.services;
  const gitdir = join(at.dataDir, 'repositories', `${repositoryId}.git`);
  const end = watchMaintenance({ prisma, git, bus, runner: maintenance, log, everyMs: 50 });
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
    end();
  }
});

it('a failed maintenance reports an error that reveals nothing internal', async () => {
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

it('maintenance is off without native Git, and the health page reports it', async () => {
  const { prisma, bus } = at.gateway.services;
  const ready = await (await fetch(`${at.url}/readyz`)).json();
  expect(ready).toMatchObject({ status: 'ok', git: { available: true } });
  const git = openGitStore({ root: join(at.dataDir, 'repositories') });
  const runner = createMaintenanceRunner({ prisma, git, bus, leases: database.leases, log });
  await expect(runner.request(repositoryId)).rejects.toMatchObject({ code: 'storage_unavailable' });

  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  const without = await openTestGateway().finally(() => {
    process.env.PATH = path;
  });
  try {
    const answer = await fetch(`${without.url}/readyz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      status: 'ok',
      git: { available: false, reason: expect.stringContaining('2.32') },
    });
  } finally {
    await without.close();
  }
});
