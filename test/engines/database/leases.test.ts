import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Leases } from '../../../src/engines/database/leases.js';
import { LocalLeases } from '../../../src/engines/database/local-leases.js';
import { ServerLeases } from '../../../src/engines/database/server-leases.js';
import { databaseUrl } from '../../support/database-server.js';
import { openTcpProxy } from '../../support/tcp-proxy.js';

const onServer = process.env.TEST_DB === 'postgres';
let mine: Leases;
let theirs: Leases;
beforeAll(() => {
  mine = onServer ? new ServerLeases(databaseUrl('postgres')) : new LocalLeases();
  // The embedded database has one process, and therefore only one set of leases.
  theirs = onServer ? new ServerLeases(databaseUrl('postgres')) : mine;
});
afterAll(async () => {
  await mine.close();
  await theirs.close();
});

it('a lease has one holder at a time', async () => {
  const name = randomUUID();
  const lease = await mine.tryTake(name);
  expect(lease).not.toBeNull();
  expect(await mine.tryTake(name)).toBeNull();
  expect(await theirs.tryTake(name)).toBeNull();
  expect(await theirs.isHeld(name)).toBe(true);
  await lease!.release();
  expect(await theirs.isHeld(name)).toBe(false);
  const next = await theirs.tryTake(name);
  expect(next).not.toBeNull();
  await next!.release();
});

it.runIf(onServer)('a statement that times out leaves no lock', async () => {
  const [before, unanswered] = [randomUUID(), randomUUID()];
  const url = new URL(databaseUrl('postgres'));
  const proxy = await openTcpProxy(Number(url.port || 5432));
  url.host = `127.0.0.1:${proxy.port}`;
  const leases = new ServerLeases(url.href, { timeoutMs: 2000 });
  const lease = (await leases.tryTake(before))!;
  proxy.hush();
  await expect(leases.tryTake(unanswered)).rejects.toThrow();
  expect(lease.lost.aborted).toBe(true);
  for (const name of [before, unanswered]) {
    await expect.poll(() => theirs.isHeld(name), { timeout: 20_000 }).toBe(false);
    expect(await leases.tryTake(name)).not.toBeNull();
  }
  await leases.close();
  await proxy.close();
});

it.runIf(onServer && existsSync('/proc/net/tcp'))(
  'the connection asks the server to detect a dead holder soon',
  async (test) => {
    const url = new URL(databaseUrl('postgres'));
    const name = randomUUID();
    url.searchParams.set('application_name', name);
    const leases = new ServerLeases(url.href);
    await leases.tryTake(name);
    const client = new pg.Client({ connectionString: databaseUrl('postgres') });
    await client.connect();
    const { rows } = await client.query<{ port: number }>(
      'SELECT client_port AS port FROM pg_stat_activity WHERE application_name = $1',
      [name],
    );
    await client.end();
    if (keepAliveOf(Number(url.port || 5432), rows[0]!.port) === null) test.skip();
    await expect
      .poll(() => keepAliveOf(Number(url.port || 5432), rows[0]!.port), { timeout: 10_000 })
      .toBeLessThan(15);
    await leases.close();
  },
);

it.runIf(onServer)(
  'a lost connection loses its leases, aborts their signals, and is opened again',
  async () => {
    const name = randomUUID();
    const url = new URL(databaseUrl('postgres'));
    const proxy = await openTcpProxy(Number(url.port || 5432));
    url.host = `127.0.0.1:${proxy.port}`;
    const leases = new ServerLeases(url.href);
    const lease = (await leases.tryTake(name))!;
    const lost = new Promise((resolve) => lease.lost.addEventListener('abort', resolve));
    proxy.cut();
    await lost;
    await expect.poll(() => theirs.isHeld(name)).toBe(false);
    const next = await leases.tryTake(name);
    expect(next).not.toBeNull();
    await leases.close();
    await proxy.close();
  },
);

/**
 * Seconds until the operating system checks an idle connection; null if this machine does not have the connection.
 * @see https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
function keepAliveOf(localPort: number, remotePort: number): number | null {
  const hex = (port: number) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6'].filter(existsSync)) {
    for (const line of readFileSync(table, 'latin1').split('\n')) {
      const [, local, remote, , , timer] = line.trim().split(/\s+/);
      if (!local?.endsWith(hex(localPort)) || !remote?.endsWith(hex(remotePort))) continue;
      const [kind, when] = timer!.split(':');
      return kind === '02' ? Number.parseInt(when!, 16) / 100 : Number.POSITIVE_INFINITY;
    }
  }
  return null;
}
