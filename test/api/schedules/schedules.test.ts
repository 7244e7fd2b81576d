import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PrismaClient, Schedule } from '../../../prisma/generated/client/client.js';
import { demo } from '../../../prisma/seed.js';
import { loadActor } from '../../../src/access/load-actor.js';
import { RowLoader } from '../../../src/engines/database/row-loader.js';
import type { GitRepository } from '../../../src/engines/git/git-store.js';
import type { NotebookRunServices } from '../../../src/notebook-runs/notebook-run-services.js';
import { Scheduler } from '../../../src/schedules/scheduler.js';
import { updateSchedule } from '../../../src/schedules/update-schedule.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { makeMember } from '../../support/factories/make-member.js';
import { makeRepository } from '../../support/factories/make-repository.js';
import { makeRun } from '../../support/factories/make-run.js';
import { makeUser, type TestUser } from '../../support/factories/make-user.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import { mutate } from '../../support/factories/mutate.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

const path = 'reports/daily.ipynb';

/** Without backends runs start, and fail. The clock of the tests is years ahead, so the gateway itself starts none of them. */
let at: TestGateway;
let user: TestUser;
let workspace: string;
beforeAll(async () => {
  at = await openTestGateway();
  user = await makeUser(at, { role: 'editor' });
  workspace = (await makeWorkspace(at, { defaultRepositoryId: demo.repositoryId, visibility: 'space' })).id;
  await addNotebook(path);
});
afterAll(() => at.close());
beforeEach(async () => {
  await at.gateway.services.prisma.schedule.deleteMany();
  await at.gateway.services.prisma.notebookRun.deleteMany();
});

const send = (method: string, to: string, body?: object, token = user.token) =>
  at.rest(method, to, { token, ...(body ? { body } : {}) });
const create = (more: object = {}, token = user.token) =>
  send('POST', '/schedules', { workspace_id: workspace, path, cron: '0 * * * *', ...more }, token);
const read = async (id: string) => (await send('GET', `/schedules/${id}`)).body;

const due = new Date('2035-05-01T06:00:00Z');
const minutesLater = (minutes: number) => new Date(due.getTime() + minutes * 60_000);
/** A schedule that is due in the future of the tests. */
async function dueSchedule(more: object = {}): Promise<Schedule> {
  const { status, body } = await create(more);
  expect(status).toBe(201);
  const { prisma } = at.gateway.services;
  return prisma.schedule.update({ where: { id: body.id }, data: { nextDueAt: due } });
}
/** What a gateway does at a time of the tests. */
const startAt = (now: Date, isOwner = true) =>
  new Scheduler(at.gateway.services, { isOwner: () => isOwner, now: () => now }).startDueRuns();
/** The same of one whose services are changed so. */
const startWith = (changed: Partial<NotebookRunServices>, now: Date) =>
  new Scheduler(
    { ...at.gateway.services, ...changed },
    { isOwner: () => true, now: () => now },
  ).startDueRuns();
/** What is thrown when a connection of the database breaks while rows are loaded. */
function brokenLoad(): Promise<Error> {
  const connect = () => Promise.reject(new Error('Connection terminated'));
  const rows = new RowLoader({ connect } as unknown as Pool, { begin: [], copy: async () => {} });
  return rows.load([], { text: '', values: [] }).then(
    () => new Error('loaded'),
    (error) => error,
  );
}
const files = () => `/workspaces/${workspace}/authoring-file`;
async function addNotebook(path: string, metadata: object = {}): Promise<string> {
  const body = { path, notebook: codeNotebook([codeCell('one', '1')], metadata) };
  const made = await at.rest('POST', `${files()}s`, { body });
  expect(made.status).toBe(201);
  return made.body.sha;
}
/** The gateway's repositories, where this is what opens one. */
function gitWhere(open: (repository: GitRepository, id: string) => GitRepository | Promise<GitRepository>) {
  const { git } = at.gateway.services;
  const repository = async (id: string) => open(await git.repository(id), id);
  return Object.assign(Object.create(git), { repository }) as typeof git;
}
/** This many schedules of a workspace over a repository of its own, which are due. */
async function dueElsewhere(count: number): Promise<{ repositoryId: string; workspaceId: string }> {
  const { id: repositoryId } = await makeRepository(at);
  const { id: workspaceId } = await makeWorkspace(at, {
    defaultRepositoryId: repositoryId,
    visibility: 'space',
  });
  const row = { workspaceId, userId: user.id, cron: '0 * * * *', path, nextDueAt: due };
  await at.gateway.services.prisma.schedule.createMany({ data: Array(count).fill(row) });
  return { repositoryId, workspaceId };
}
const runsOf = (scheduleId: string) =>
  at.gateway.services.prisma.notebookRun.findMany({ where: { scheduleId }, orderBy: { dueAt: 'asc' } });
const untilEnded = (scheduleId: string) =>
  expect.poll(async () => (await runsOf(scheduleId)).every((run) => run.finishedAt)).toBe(true);

describe('a schedule', () => {
  it('has the defaults, is listed, changed and deleted', async () => {
    const { body: made } = await create({ time_zone: 'Europe/Berlin', cron: '30 6 * * 1-5' });
    expect(made).toMatchObject({
      ...{ workspace_id: workspace, user_id: user.id, path, status: 'active', time_zone: 'Europe/Berlin' },
      ...{ ref: null, parameters: {}, timeout_seconds: null, allow_errors: false, error: null },
      ...{ last_run_id: null, missed_count: 0, last_missed_at: null },
    });
    expect(new Date(made.next_due_at) > new Date()).toBe(true);
    const list = (await send('GET', `/schedules?workspace_id=${workspace}`)).body;
    expect(list).toMatchObject({ total: 1, items: [made] });
    const changed = await send('PATCH', `/schedules/${made.id}`, {
      ...{ cron: '0 0 1 1 *', time_zone: 'UTC', parameters: { rate: 2 }, save_to: { path: 'out.ipynb' } },
    });
    expect(changed.body).toMatchObject({ path, parameters: { rate: 2 }, save_path: 'out.ipynb' });
    expect(changed.body.next_due_at).toMatch(/^\d{4}-01-01T00:00:00/);
    const paused = await send('PATCH', `/schedules/${made.id}`, { is_paused: true });
    expect(paused.body).toMatchObject({ status: 'paused', next_due_at: null, cron: '0 0 1 1 *' });
    expect((await send('DELETE', `/schedules/${made.id}`)).status).toBe(204);
    expect((await send('GET', `/schedules/${made.id}`)).status).toBe(404);
  });

  it('is changed by the user who made it only, and paused and deleted by admins too', async () => {
    const { id } = (await create()).body;
    const other = await makeUser(at, { role: 'editor' });
    const patch = (body: object, token: string) => send('PATCH', `/schedules/${id}`, body, token);
    expect((await patch({ is_paused: true }, other.token)).status).toBe(403);
    expect((await patch({ path: 'other.ipynb' }, at.token)).status).toBe(403);
    expect((await patch({ is_paused: true }, at.token)).body.status).toBe('paused');
    expect((await send('DELETE', `/schedules/${id}`, undefined, other.token)).status).toBe(403);
    expect((await send('DELETE', `/schedules/${id}`, undefined, at.token)).status).toBe(204);
  });

  it('is not let go on by a change of something else while it is suspended', async () => {
    const { prisma } = at.gateway.services;
    const { id } = (await create()).body;
    const suspended = {
      status: 'suspended',
      errorCode: 'not_found',
      errorDetail: 'Gone.',
      nextDueAt: null,
    } as const;
    const meanwhile = { ...suspended, cron: '5 * * * *' };
    const late = prisma.$extends({
      query: {
        kernelProfile: {
          async findUnique({ args, query }) {
            await prisma.schedule.update({ where: { id }, data: meanwhile });
            return query(args);
          },
        },
      },
    }) as unknown as PrismaClient;
    const services = { ...at.gateway.services, prisma: late };
    const ctx = { actor: await loadActor(services, user.id), requestId: 'test', spaces: new Map() };
    const change = { timeoutSeconds: 5, kernelProfileId: 'python3' };
    expect(await updateSchedule(services, ctx, 'demo', id, change)).toMatchObject({
      ...meanwhile,
      ...change,
    });
  });

  it('is due again after any change where it was active and never due', async () => {
    const { id } = (await create()).body;
    await at.gateway.services.prisma.schedule.update({ where: { id }, data: { nextDueAt: null } });
    const { body } = await send('PATCH', `/schedules/${id}`, { timeout_seconds: 5 });
    expect(body).toMatchObject({ status: 'active', next_due_at: expect.any(String) });
  });

  it('names all that is wrong with it together', async () => {
    const wrong = { cron: 'daily', time_zone: 'Mars/Base', path: 'a.py', save_to: { path: 'b.txt' } };
    const { status, body } = await create(wrong);
    expect(status).toBe(400);
    expect(body.errors.map(({ loc }: { loc: string[] }) => loc.slice(1).join('.')).sort()).toEqual([
      ...['cron', 'path', 'save_to.path', 'time_zone'],
    ]);
  });

  it('has the code of files where its path is that of another kind of file', async () => {
    expect(await create({ path: 'a.py' })).toMatchObject({
      status: 400,
      body: { code: 'invalid_path', errors: [{ loc: ['body', 'path'], type: 'kind_mismatch' }] },
    });
  });

  it('is the 51st of a workspace for nobody, also when several are created together', async () => {
    const { prisma } = at.gateway.services;
    const row = { workspaceId: workspace, userId: user.id, cron: '@daily', path };
    await prisma.schedule.createMany({ data: Array(48).fill(row) });
    const answers = await Promise.all(Array.from({ length: 5 }, () => create()));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)!.body.code).toBe('quota_exceeded');
  });
});

describe('a schedule that is due', () => {
  it('starts one run, also where four gateways try it at the same time and again', async () => {
    const { id } = await dueSchedule({ parameters: { rate: 2 }, ref: 'main' });
    await Promise.all([1, 2, 3, 4].map(() => startAt(minutesLater(0.1))));
    await startAt(minutesLater(0.2));
    const [run, ...more] = await runsOf(id);
    expect(more).toEqual([]);
    expect(run).toMatchObject({ userId: user.id, path, dueAt: due, parameters: '{"rate":2}' });
    expect(await read(id)).toMatchObject({
      ...{ last_run_id: run!.id, last_due_at: due.toISOString(), missed_count: 0, status: 'active' },
      next_due_at: minutesLater(60).toISOString(),
    });
    expect((await send('GET', `/runs/${run!.id}`)).body).toMatchObject({ schedule_id: id });
  });

  it('starts no second run where a gateway died before it noted the first', async () => {
    const { id } = await dueSchedule();
    await startAt(minutesLater(0.1));
    await at.gateway.services.prisma.schedule.update({ where: { id }, data: { nextDueAt: due } });
    await untilEnded(id);
    await startAt(minutesLater(1));
    expect(await runsOf(id)).toHaveLength(1);
    expect(await read(id)).toMatchObject({ missed_count: 0, next_due_at: minutesLater(60).toISOString() });
  });

  it('starts nothing at a gateway that does not run the kernels', async () => {
    const { id } = await dueSchedule();
    await startAt(minutesLater(0.1), false);
    expect(await runsOf(id)).toEqual([]);
    expect(await read(id)).toMatchObject({ next_due_at: due.toISOString() });
  });

  it('is left by a gateway that is not the owner of the kernels any more to the new owner', async () => {
    const { id } = await dueSchedule();
    const { epoch } = at.gateway.services;
    await startWith({ epoch: () => epoch() - 1 }, minutesLater(0.1));
    expect(await runsOf(id)).toEqual([]);
    expect(await read(id)).toMatchObject({ missed_count: 0, next_due_at: due.toISOString() });
    await startAt(minutesLater(0.2));
    expect(await runsOf(id)).toHaveLength(1);
  });

  const missed = {
    missedCount: 1,
    missedReason: expect.stringContaining('failed'),
    nextDueAt: minutesLater(60),
  };
  it.each([
    ['a fault of the gateway, which counts as missed', new Error('broken'), missed],
    [
      'a database that does not answer, and stay due',
      Object.assign(new Error('away'), { code: 'P1001' }),
      { missedCount: 0, nextDueAt: due },
    ],
    [
      'a connection that breaks while rows are loaded, and stay due',
      null,
      { missedCount: 0, nextDueAt: due },
    ],
  ])('starts also behind 25 others that fail because of %s', async (_what, fault, expected) => {
    const broken = await brokenLoad();
    const failing = await dueElsewhere(25);
    const { id } = await dueSchedule({ cron: '1 * * * *' });
    const { prisma } = at.gateway.services;
    await prisma.schedule.update({ where: { id }, data: { nextDueAt: minutesLater(1) } });
    const git = gitWhere((repository, repositoryId) => {
      if (repositoryId === failing.repositoryId) throw fault ?? broken;
      return repository;
    });
    await startWith({ git }, minutesLater(1.1));
    expect(await runsOf(id)).toHaveLength(1);
    const others = await prisma.schedule.findMany({ where: { workspaceId: failing.workspaceId } });
    expect(others).toMatchObject(Array(25).fill({ ...expected, status: 'active' }));
  });

  it('starts while the runs of another user take their time, which start one after the other', async () => {
    const slow = await dueElsewhere(25);
    const other = await makeUser(at, { role: 'editor' });
    const { id } = (await create({}, other.token)).body;
    const { prisma } = at.gateway.services;
    await prisma.schedule.update({ where: { id }, data: { nextDueAt: minutesLater(1) } });
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const opening = { now: 0, max: 0 };
    const git = gitWhere(async (repository, repositoryId) => {
      if (repositoryId !== slow.repositoryId) return repository;
      opening.now += 1;
      opening.max = Math.max(opening.max, opening.now);
      await released;
      opening.now -= 1;
      return repository;
    });
    const starting = startWith({ git }, minutesLater(1.1));
    try {
      await expect.poll(() => runsOf(id)).toHaveLength(1);
    } finally {
      release();
      await starting;
    }
    expect(opening.max).toBe(1);
    expect(await prisma.schedule.count({ where: { workspaceId: slow.workspaceId, status: 'active' } })).toBe(
      0,
    );
  });

  it('is missed where its user has too many runs, before its notebook is looked for', async () => {
    const { id, workspaceId, userId } = await dueSchedule({ path: 'reports/gone.ipynb' });
    const row = { workspaceId, userId, repositoryId: demo.repositoryId };
    const data = { status: 'running', finishedAt: null } as const;
    await Promise.all(Array.from({ length: 50 }, () => makeRun(at, row, { data })));
    await startAt(minutesLater(0.1));
    expect(await read(id)).toMatchObject({
      ...{ status: 'active', missed_count: 1, last_missed_reason: expect.stringContaining('50 runs') },
    });
  });

  it('runs a notebook that names an impossible kernel, on the default profile', async () => {
    const strange = 'reports/strange.ipynb';
    await addNotebook(strange, { kernelspec: { name: 'a\0b', display_name: 'Strange' } });
    const { id } = await dueSchedule({ path: strange });
    await startAt(minutesLater(0.1));
    expect(await runsOf(id)).toMatchObject([{ kernelProfileId: 'python3' }]);
    const body = { workspace_id: workspace, path: strange };
    expect((await send('POST', '/runs', body)).status).toBe(201);
  });

  it('runs what was read where somebody saves the notebook at that moment', async () => {
    const busy = 'reports/busy.ipynb';
    const sha = await addNotebook(busy);
    const { id } = await dueSchedule({ path: busy });
    const body = { path: busy, notebook: codeNotebook([codeCell('one', '2')]) };
    const git = gitWhere(
      (repository) =>
        new Proxy(repository, {
          get(of, name: keyof GitRepository) {
            if (name !== 'readFile') return typeof of[name] === 'function' ? of[name].bind(of) : of[name];
            return async (...args: Parameters<GitRepository['readFile']>) => {
              const file = await of.readFile(...args);
              expect((await at.rest('PUT', files(), { body })).status).toBe(200);
              return file;
            };
          },
        }),
    );
    await startWith({ git }, minutesLater(0.1));
    expect(await read(id)).toMatchObject({ status: 'active', missed_count: 0 });
    expect(await runsOf(id)).toMatchObject([{ saveBranch: 'main', saveBaseOid: sha }]);
  });

  it('runs once after an outage, and reports the others as missed', async () => {
    const { id } = await dueSchedule({ cron: '*/10 * * * *' });
    await startAt(minutesLater(62));
    expect((await runsOf(id)).map(({ dueAt }) => dueAt)).toEqual([minutesLater(60)]);
    expect(await read(id)).toMatchObject({
      ...{ missed_count: 6, last_missed_at: minutesLater(50).toISOString() },
      last_missed_reason: expect.stringContaining('No gateway started it in time'),
      next_due_at: minutesLater(70).toISOString(),
    });
  });

  it('does not run when it is too late, and reports that', async () => {
    const { id } = await dueSchedule();
    await startAt(minutesLater(59));
    expect(await runsOf(id)).toEqual([]);
    expect(await read(id)).toMatchObject({ missed_count: 1, last_missed_at: due.toISOString() });
  });

  it('does not run while its run before goes on', async () => {
    const { id, workspaceId, userId } = await dueSchedule();
    const { repositoryId } = demo;
    await at.gateway.services.prisma.notebookRun.create({
      data: {
        ...{ workspaceId, userId, repositoryId, path, ref: 'main', branch: 'main', saveBranch: 'main' },
        ...{ commitOid: '0'.repeat(40), savePath: path, kernelProfileId: 'python3', kernelName: 'python3' },
        ...{ scheduleId: id, dueAt: minutesLater(-60) },
      },
    });
    await startAt(minutesLater(0.1));
    expect(await runsOf(id)).toHaveLength(1);
    expect(await read(id)).toMatchObject({
      ...{ missed_count: 1, last_missed_reason: 'The run before had not ended.', status: 'active' },
    });
  });

  it.each([
    ['may not edit any more', () => makeMember(at, { userId: user.id, role: 'viewer' }), 'forbidden'],
    [
      'left the space',
      () =>
        mutate(at, 'mutation($userId: ID!) { removeSpaceMember(spaceSlug: "demo", userId: $userId) }', {
          userId: user.id,
        }),
      'not_found',
    ],
  ])('is suspended where its user %s, and goes on when somebody lets it', async (_what, revoke, code) => {
    const { id } = await dueSchedule();
    await revoke();
    try {
      await startAt(minutesLater(0.1));
      expect(await runsOf(id)).toEqual([]);
      const seen = (await send('GET', `/schedules/${id}`, undefined, at.token)).body;
      expect(seen).toMatchObject({
        status: 'suspended',
        error: { code },
        next_due_at: null,
        missed_count: 1,
      });
    } finally {
      await makeMember(at, { userId: user.id });
    }
    const { body } = await send('PATCH', `/schedules/${id}`, { is_paused: false });
    expect(body).toMatchObject({ status: 'active', error: null });
    expect(body.next_due_at).not.toBeNull();
  });

  it('is suspended where the workspace is archived or the notebook is gone, and other schedules run', async () => {
    const gone = await dueSchedule({ path: 'reports/gone.ipynb' });
    const there = await dueSchedule();
    await startAt(minutesLater(0.1));
    expect(await read(gone.id)).toMatchObject({ status: 'suspended', error: { code: 'not_found' } });
    expect(await runsOf(there.id)).toHaveLength(1);
  });

  it('notifies those who follow the workspace of its change', async () => {
    const { bus } = at.gateway.services;
    const changes: string[] = [];
    const unsubscribe = bus.subscribe('workspace', workspace, ({ change }) => changes.push(change));
    const { id } = await dueSchedule({ path: 'reports/gone.ipynb' });
    await startAt(minutesLater(0.1));
    await send('DELETE', `/schedules/${id}`);
    unsubscribe();
    expect(changes).toEqual(Array(3).fill('schedules_changed'));
  });
});
