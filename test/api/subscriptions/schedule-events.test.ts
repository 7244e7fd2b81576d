import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { Scheduler } from '../../../src/schedules/scheduler.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { makeUser, type TestUser } from '../../support/factories/make-user.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { readEvents } from '../../support/sse.js';

const path = 'reports/daily.ipynb';
/** Years ahead, so that the gateway itself starts nothing. Without backends runs start, and fail. */
const due = new Date('2035-05-01T06:00:00Z');
const minutesLater = (minutes: number) => new Date(due.getTime() + minutes * 60_000);

let at: TestGateway;
let editor: TestUser;
let workspace: string;
beforeAll(async () => {
  at = await openTestGateway();
  editor = await makeUser(at, { role: 'editor' });
  workspace = (await makeWorkspace(at, { visibility: 'space' })).id;
  const body = { path, notebook: codeNotebook([codeCell('one', '1')]) };
  expect((await at.rest('POST', `/workspaces/${workspace}/authoring-files`, { body })).status).toBe(201);
});
afterAll(() => at.close());
beforeEach(async () => {
  await at.gateway.services.prisma.schedule.deleteMany();
});

const send = (method: string, to: string, body?: object) =>
  at.rest(method, to, { token: editor.token, body });
async function create(more: object = {}): Promise<string> {
  const body = { workspace_id: workspace, path, cron: '0 * * * *', ...more };
  const made = await send('POST', '/schedules', body);
  expect(made.status).toBe(201);
  return made.body.id;
}

/** What a gateway does at a time of the tests, when this schedule was due. */
async function startRuns(id: string, now: Date): Promise<void> {
  const { services } = at.gateway;
  await services.prisma.schedule.update({ where: { id }, data: { nextDueAt: due } });
  await new Scheduler(services, { isOwner: () => true, now: () => now }).startDueRuns();
}

/** The cursor of the newest event of the space. */
async function newest(): Promise<string> {
  const { prisma } = at.gateway.services;
  const [last] = await eventsAfter();
  expect(last!.event).toBe('heartbeat');
  expect(await prisma.spaceEvent.count({ where: { number: null } })).toBe(0);
  return last!.id!;
}

/** What has happened after a cursor, as it is sent over REST; the heartbeat behind it ends it. */
async function eventsAfter(after?: string, token = editor.token) {
  const query = new URLSearchParams({ heartbeat_seconds: '1', ...(after && { after }) });
  const url = `${at.url}/api/v1.0/engagement/spaces/${demo.slug}/notebooks/events?${query}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  return readEvents(response, ({ event }) => event === 'heartbeat');
}
const schedulesAfter = async (after: string, token?: string) =>
  (await eventsAfter(after, token)).map(({ data }) => data).filter(({ type }) => type === 'schedule');

/** The same over GraphQL. */
async function schedulesInGraphQLAfter(after: string): Promise<any[]> {
  const query = `subscription ($after: String) {
    spaceEvents(spaceSlug: "demo", after: $after, heartbeatSeconds: 1) {
      type cursor
      ... on SpaceScheduleEvent { scheduleId scheduleChange scheduleStatus notebookPath missedCount error { name } }
    }
  }`;
  const response = await fetch(`${at.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${editor.token}`,
      accept: 'text/event-stream',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ query, variables: { after } }),
  });
  const items = await readEvents(response, ({ data }) => data?.data?.spaceEvents.type === 'heartbeat');
  return items.map(({ data }) => data.data.spaceEvents).filter(({ type }) => type === 'schedule');
}

describe('the events of schedules', () => {
  it('say once and in order what somebody did to one, with its values then', async () => {
    const from = await newest();
    const id = await create({ time_zone: 'Europe/Berlin' });
    const change = (body: object) => send('PATCH', `/schedules/${id}`, body);
    await change({ parameters: { rate: 2 } });
    await change({ parameters: { rate: 2 }, cron: '0 * * * *' });
    await change({ cron: '30 6 * * *', is_paused: true });
    await change({ is_paused: false });
    expect((await send('DELETE', `/schedules/${id}`)).status).toBe(204);
    const found = await schedulesAfter(from);
    const one = { schedule_id: id, workspace_id: workspace, user_id: editor.id, notebook_path: path };
    const [hourly, daily] = ['0 * * * *', '30 6 * * *'];
    const expected = [
      ['created', 'active', hourly],
      ['updated', 'active', hourly],
      ['paused', 'paused', daily],
      ['resumed', 'active', daily],
      ['deleted', 'active', daily],
    ].map(([schedule_change, schedule_status, cron]) => ({
      ...{ ...one, schedule_change, schedule_status, cron, time_zone: 'Europe/Berlin' },
      next_due_at: schedule_status === 'paused' ? null : expect.stringMatching(/Z$/),
      ...{ missed_count: 0, last_missed_at: null, last_missed_reason: null, last_run_id: null, error: null },
    }));
    expect(found).toMatchObject(expected);
    const inGraphQL = await schedulesInGraphQLAfter(from);
    expect(inGraphQL.map(({ cursor }) => cursor)).toEqual(found.map(({ cursor }) => cursor));
    expect(inGraphQL[2]).toMatchObject({
      scheduleId: id,
      scheduleChange: 'paused',
      scheduleStatus: 'paused',
    });
    expect(await schedulesAfter(found[2].cursor)).toEqual(found.slice(3));
  });

  it('say that a run was started, that due times were missed and why, and that it was suspended', async () => {
    const from = await newest();
    const started = await create();
    await startRuns(started, minutesLater(0.1));
    const missed = await create({ cron: '*/10 * * * *' });
    await startRuns(missed, minutesLater(9));
    const gone = await create({ path: 'reports/gone.ipynb' });
    await startRuns(gone, minutesLater(0.1));
    // The first two are that it was created, and that the test made it due.
    const of = (events: any[], id: string) =>
      events.filter((event) => (event.schedule_id ?? event.scheduleId) === id).slice(2);
    const found = await schedulesAfter(from);
    const run = await at.gateway.services.prisma.notebookRun.findFirstOrThrow({
      where: { scheduleId: started },
    });
    expect(of(found, started)).toMatchObject([
      { schedule_change: 'run_started', last_run_id: run.id, next_due_at: minutesLater(60).toISOString() },
    ]);
    expect(of(found, missed)).toMatchObject([
      {
        ...{ schedule_change: 'missed', schedule_status: 'active', missed_count: 1, last_run_id: null },
        last_missed_at: due.toISOString(),
        last_missed_reason: expect.stringContaining('No gateway started it in time'),
      },
    ]);
    const error = { name: 'not_found', message: 'The file was not found.' };
    expect(of(found, gone)).toMatchObject([
      { schedule_change: 'suspended', schedule_status: 'suspended', missed_count: 1, error },
    ]);
    expect(of(await schedulesInGraphQLAfter(from), gone)).toMatchObject([
      { scheduleChange: 'suspended', missedCount: 1, error: { name: 'not_found' } },
    ]);
  });

  it('are only for those who may see the workspace', async () => {
    const owner = await makeUser(at, { role: 'editor' });
    const { id: hidden } = await makeWorkspace(at, { visibility: 'private', token: owner.token });
    const from = await newest();
    const body = { workspace_id: hidden, path, cron: '@daily' };
    const made = await at.rest('POST', '/schedules', { token: owner.token, body });
    expect(made.status).toBe(201);
    await at.rest('DELETE', `/schedules/${made.body.id}`, { token: owner.token });
    const changes = (events: any[]) => events.map(({ schedule_change }) => schedule_change);
    expect(changes(await schedulesAfter(from, owner.token))).toEqual(['created', 'deleted']);
    expect(changes(await schedulesAfter(from, at.token))).toEqual(['created', 'deleted']);
    expect(await schedulesAfter(from)).toEqual([]);
  });
});
