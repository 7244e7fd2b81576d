import { testPython } from '../../test/support/jupyter.js';
import { withBenchDatabase } from '../bench-database.js';
import { openBenchGateway } from '../bench-gateway.js';
import { printTable, type Row } from '../stats.js';
import { benchFirstOutput } from './first-output.js';
import { benchIdleViewers } from './idle-viewers.js';
import { benchManyKernels } from './many-kernels.js';
import { benchPrints, benchVolume } from './output.js';
import { RestClient } from './rest-client.js';
import type { Scene } from './scene.js';
import { StockServer } from './stock-server.js';
import { benchWarmSessions } from './warm-sessions.js';
import { ZeroMqKernel } from './zeromq-kernel.js';

const parts: Record<string, (scene: Scene) => Promise<Row[]>> = {
  'first-output': benchFirstOutput,
  prints: benchPrints,
  volume: benchVolume,
  warm: benchWarmSessions,
  viewers: benchIdleViewers,
  kernels: benchManyKernels,
};

/**
 * Measures cells through REST, on the embedded database and, with `TEST_DATABASE_URL`, on PostgreSQL, against a plain `ws`
 * client of an unmodified jupyter_server with default settings and against ZeroMQ without a server.
 * @param wanted the parts; default all
 */
export async function benchExecutions(wanted: string[]): Promise<void> {
  const unknown = wanted.find((name) => !(name in parts));
  if (unknown) throw new Error(`The parts are ${Object.keys(parts).join(', ')}; not ${unknown}`);
  await benchOn('the embedded database', wanted, {});
  const server = process.env.TEST_DATABASE_URL;
  if (!server) console.log('\nNot measured on PostgreSQL: set TEST_DATABASE_URL to a server.');
  else {
    const onServer = (url: string) => benchOn('PostgreSQL', wanted, { DATABASE_URL: url, DEMO: '1' });
    await withBenchDatabase(server, onServer);
  }
}

async function benchOn(name: string, wanted: string[], environment: Record<string, string>): Promise<void> {
  const { python } = await testPython();
  const gateway = await openBenchGateway(environment);
  const client = new RestClient(gateway);
  const stock = await StockServer.open(python);
  const zeroMq = await ZeroMqKernel.open(python);
  const rows: Row[] = [];
  try {
    for (const [part, bench] of Object.entries(parts))
      if (wanted.length === 0 || wanted.includes(part))
        rows.push(...(await bench({ client, pid: gateway.pid, stock, zeroMq })));
  } finally {
    await zeroMq.close();
    await stock.close();
    await gateway.close();
    client.close();
  }
  printTable(`executions, ${name}`, rows);
}
