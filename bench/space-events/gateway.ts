import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { demo } from '../../prisma/seed.js';
import { openGateway } from '../../src/app/gateway.js';
import { readConfig } from '../../src/config.js';

/** Where the gateway of the benchmark listens. */
export interface SpaceEventsGateway {
  port: number;
  token: string;
}

/** This many events are written together. */
const together = 10;

// A process of `bench-space-events.ts`: a gateway that changes something and measures its own event loop.
const gateway = await openGateway({
  config: readConfig(process.env),
  log: pino({ level: 'warn' }),
  migrationsDirectory: 'prisma/migrations',
  openBackends: () => [],
});
await new Promise<void>((resolve) => gateway.server.listen(0, '127.0.0.1', resolve));
const { prisma, bus } = gateway.services;
const repositoryId = demo.repositoryId;
await prisma.repositoryMaintenance.upsert({
  where: { repositoryId },
  create: { repositoryId, status: 'running' },
  update: { status: 'running' },
});

/** Changes the progress of the maintenance at a steady rate. @returns when each change was written, by its percent */
async function change({ perSecond, seconds }: { perSecond: number; seconds: number }): Promise<number[]> {
  const written: number[] = [];
  const from = performance.now();
  while (written.length < perSecond * seconds) {
    for (let i = 0; i < together; i++) {
      const percent = written.length;
      await prisma.repositoryMaintenance.update({ where: { repositoryId }, data: { percent } });
      written.push(performance.timeOrigin + performance.now());
    }
    bus.publish('maintenance', repositoryId, { repositoryId });
    await sleep(Math.max(0, from + (written.length / perSecond) * 1_000 - performance.now()));
  }
  return written;
}

process.on('message', async (message: 'close' | { perSecond: number; seconds: number }) => {
  if (message === 'close') {
    gateway.server.closeAllConnections();
    await gateway.close();
    process.exit(0);
  }
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const before = process.cpuUsage();
  const written = await change(message);
  const { user, system } = process.cpuUsage(before);
  const use = { maxWaitMs: delays.max / 1e6, cpuMs: (user + system) / 1000 };
  process.send!({ written, use });
});
process.on('disconnect', () => process.exit(1));
process.send!({
  port: (gateway.server.address() as AddressInfo).port,
  token: gateway.adminToken.token,
} satisfies SpaceEventsGateway);
