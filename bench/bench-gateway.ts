import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pino from 'pino';
import { readConfig } from '../src/config.js';
import { openGateway } from '../src/server/gateway.js';
import { ensureLocalPython } from '../src/workers/backends/external/local-python.js';
import { openExternalBackend } from '../src/workers/backends/external/open-external-backend.js';

/** A gateway as `npm start` opens it, with a data folder of its own. */
export async function openBenchGateway() {
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-bench-'));
  const config = readConfig({ DATA_DIR: dataDir, PORT: '0' });
  const python = await benchPython();
  const gateway = await openGateway({
    config,
    log: pino({ level: 'silent' }),
    migrationsDirectory: resolve('prisma/migrations'),
    backends: [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: async () => python })],
  });
  await new Promise<void>((done) => gateway.server.listen(0, '127.0.0.1', done));
  const { port } = gateway.server.address() as AddressInfo;
  return {
    gateway,
    port,
    token: gateway.adminToken.token,
    async close() {
      const { prisma, workers } = gateway.services;
      for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
      gateway.server.closeAllConnections();
      await gateway.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The Python that runs the gateway's own and the baseline's Jupyter, alike. */
export function benchPython() {
  const directory = process.env.TEST_JUPYTER_HOME ?? join(tmpdir(), 'notebook-gateway-test-jupyter');
  return ensureLocalPython({ directory, report: () => {} });
}
