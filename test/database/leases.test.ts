import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLocalLeases, createServerLeases, type Leases } from '../../src/database/leases.js';
import { databaseUrl } from '../support/database-server.js';
import { openTcpProxy } from '../support/tcp-proxy.js';

const onServer = process.env.TEST_DB === 'postgres';
let mine: Leases;
let theirs: Leases;
beforeAll(() => {
  mine = onServer ? createServerLeases(databaseUrl('postgres')) : createLocalLeases();
  // In one process the embedded database has one set of leases, which all share.
  theirs = onServer ? createServerLeases(databaseUrl('postgres')) : mine;
});
afterAll(async () => {
  await mine.close();
  await theirs.close();
});

it('gives a name to one holder at a time', async () => {
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

it.runIf(onServer)('loses its leases with its connection, says so, and connects anew', async () => {
  const name = randomUUID();
  const url = new URL(databaseUrl('postgres'));
  const proxy = await openTcpProxy(Number(url.port || 5432));
  url.host = `127.0.0.1:${proxy.port}`;
  const leases = createServerLeases(url.href);
  const lease = (await leases.tryTake(name))!;
  const lost = new Promise((resolve) => lease.lost.addEventListener('abort', resolve));
  proxy.cut();
  await lost;
  await expect.poll(() => theirs.isHeld(name)).toBe(false);
  const next = await leases.tryTake(name);
  expect(next).not.toBeNull();
  await leases.close();
  await proxy.close();
});
