import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ServerNotifications } from '../../../src/engines/database/server-notifications.js';
import { EventBus } from '../../../src/engines/events/event-bus.js';
import { EventLink } from '../../../src/engines/events/event-link.js';
import { createDatabase } from '../../support/database-server.js';
import { openTcpProxy } from '../../support/tcp-proxy.js';

const onServer = process.env.TEST_DB === 'postgres';

/** A process that takes part: its bus, and what its bus delivered. */
interface Member {
  bus: EventBus;
  delivered: string[];
  missed: Date[];
  close(): Promise<void>;
}

describe.runIf(onServer)('events between processes over one PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let admin: pg.Client;
  let open: Member[] = [];
  beforeAll(async () => {
    database = await createDatabase();
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
  });
  afterEach(async () => {
    await Promise.all(open.map((member) => member.close()));
    open = [];
  });
  afterAll(async () => {
    await admin.end();
    await database.remove();
  });

  async function join(url = database.url, options: { timeoutMs?: number } = {}): Promise<Member> {
    const bus = new EventBus();
    const delivered: string[] = [];
    const missed: Date[] = [];
    bus.subscribe('execution', '*', ({ executionId }) => delivered.push(executionId));
    const link = new EventLink(bus, new ServerNotifications(url, options));
    await link.open();
    bus.onMissed((since) => missed.push(since));
    const member = { bus, delivered, missed, close: () => link.close() };
    open.push(member);
    return member;
  }

  function publish({ bus }: Member, executionId: string): void {
    bus.publish('execution', executionId, { executionId });
  }

  it('each event reaches every process once, in order, also when thousands come together', async () => {
    const [here, there, third] = [await join(), await join(), await join()];
    const ids = Array.from({ length: 3_000 }, () => randomUUID());
    for (const id of ids) publish(here, id);
    await expect.poll(() => there.delivered.length).toBe(ids.length);
    await expect.poll(() => third.delivered.length).toBe(ids.length);
    expect(there.delivered).toEqual(ids);
    expect(third.delivered).toEqual(ids);
    // What a message to itself would have added comes before the answer to a later one.
    publish(there, 'back');
    await expect.poll(() => here.delivered.at(-1)).toBe('back');
    expect(here.delivered).toEqual([...ids, 'back']);
    expect([here.missed, there.missed, third.missed]).toEqual([[], [], []]);
  });

  it('equal events that wait travel once', async () => {
    const [here, there] = [await join(), await join()];
    for (let i = 0; i < 1_000; i++) publish(here, 'same');
    publish(here, 'last');
    await expect.poll(() => there.delivered.at(-1)).toBe('last');
    expect(there.delivered).toEqual(['same', 'last']);
    expect(here.delivered).toHaveLength(1_001);
  });

  it('what is only for other processes is not delivered here', async () => {
    const [here, there] = [await join(), await join()];
    here.bus.publishElsewhere('execution', 'e', { executionId: 'e' });
    await expect.poll(() => there.delivered).toEqual(['e']);
    expect(here.delivered).toEqual([]);
  });

  it('more events than may wait become one report that some are missing', async () => {
    const [here, there] = [await join(), await join()];
    for (let i = 0; i < 25_000; i++) publish(here, `e${i}`);
    await expect.poll(() => there.missed.length).toBeGreaterThan(0);
    publish(here, 'after');
    await expect.poll(() => there.delivered.at(-1)).toBe('after');
    expect(there.delivered.length).toBeLessThan(25_000);
  });

  it('a broken connection is made again, and every process that may have missed something reports it', async () => {
    const [here, there] = [await join(), await join()];
    const from = Date.now();
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'notebook-gateway-events' AND datname = current_database()`,
    );
    publish(here, 'while it is broken');
    await expect.poll(() => Math.min(here.missed.length, there.missed.length)).toBeGreaterThan(0);
    expect(there.missed[0]!.getTime()).toBeLessThanOrEqual(from);
    await expect
      .poll(() => {
        publish(here, 'again');
        return there.delivered;
      })
      .toContain('again');
  });

  it('a server that falls silent is noticed, and reached again when it answers', async () => {
    const url = new URL(database.url);
    const proxy = await openTcpProxy(Number(url.port || 5432));
    url.host = `127.0.0.1:${proxy.port}`;
    const [here, there] = [await join(), await join(url.href, { timeoutMs: 400 })];
    proxy.hush();
    publish(here, 'unheard');
    await expect.poll(() => there.missed.length, { timeout: 15_000 }).toBeGreaterThan(0);
    await there.close();
    await proxy.close();
  });

  it('sends what waits before it ends', async () => {
    const [here, there] = [await join(), await join()];
    publish(here, 'last words');
    await here.close();
    await expect.poll(() => there.delivered).toEqual(['last words']);
  });
});
