import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import pino from 'pino';
import { openGateway } from '../../src/app/gateway.js';
import { readConfig } from '../../src/config.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { testPython } from '../../test/support/jupyter.js';

/** What a replica measures between two messages. */
export interface LoopUse {
  /** The maximum delay of the event loop, in milliseconds. */
  maxWaitMs: number;
  /** Processor time of the process, in milliseconds. */
  cpuMs: number;
}

// A process of `bench-replicas.ts`: a gateway that measures its own event loop.
const config = readConfig(process.env);
const gateway = await openGateway({
  config,
  log: pino({ level: 'warn' }),
  migrationsDirectory: 'prisma/migrations',
  openBackends: () => [openExternalBackend({ stateRoot: `${config.dataDir}/workers`, python: testPython })],
});
await new Promise<void>((resolve) => gateway.server.listen(0, '127.0.0.1', resolve));
const delays = monitorEventLoopDelay({ resolution: 1 });
let from = process.cpuUsage();
process.on('message', async (message) => {
  if (message === 'begin') {
    delays.reset();
    delays.enable();
    from = process.cpuUsage();
  } else if (message === 'report') {
    const { user, system } = process.cpuUsage(from);
    process.send!({ maxWaitMs: delays.max / 1e6, cpuMs: (user + system) / 1000 } satisfies LoopUse);
  } else {
    gateway.server.closeAllConnections();
    await gateway.close();
    process.exit(0);
  }
});
process.on('disconnect', () => process.exit(1));
process.send!({
  port: (gateway.server.address() as AddressInfo).port,
  token: gateway.adminToken.token,
});
