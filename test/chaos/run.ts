import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createDatabase } from '../support/database-server.js';
import { testPython } from '../support/jupyter.js';
import { type Disturbance, disturb } from './disturbance.js';
import { Journals } from './journals.js';
import { createNotebooks } from './notebooks.js';
import { chaosOptions } from './options.js';
import { createRandom } from './random.js';
import { Replicas } from './replicas.js';
import { RunReader } from './run-reader.js';
import { type ChaosRun, SessionClient } from './session-client.js';
import { summarize } from './summarize.js';
import { verifyDatabase } from './verify-database.js';
import { verifyRun } from './verify-run.js';

// `npm run test:chaos`: cells run on two gateways while gateways, kernels, Jupyter servers and connections are killed, ended,
// stopped and cut. In the end each run is compared with the file that its cell wrote.
const maxSettleMs = 60_000;
const options = chaosOptions(process.env);
const random = createRandom(options.seed);
const from = Date.now();
console.log(`${options.disturbMs / 1000} s of disturbances; CHAOS_SEED=${options.seed} repeats their plan`);

await testPython();
const database = await createDatabase();
const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
const dataDir = join(folder, 'data');
const workersDirectory = join(dataDir, 'workers');
await mkdir(workersDirectory, { recursive: true });
const sql = new pg.Client({ connectionString: database.url });
const replicas = new Replicas(dataDir, database.url);
const journals = new Journals(workersDirectory, join(folder, 'journals'));
const runs: ChaosRun[] = [];
const disturbances: Disturbance[] = [];
let isOver = false;
let isUp = true;
try {
  await sql.connect();
  await replicas.start();
  const notebooks = await createNotebooks(replicas, random, options.sessions);
  const scene = { replicas, journals, runs, isOver: () => isOver, isUp: () => isUp };
  const clients = notebooks.map((notebook) => new SessionClient(scene, random.fork(), notebook));
  const working = Promise.all(clients.map((client) => client.run()));
  working.catch(() => {});

  await disturbUntil(Date.now() + options.disturbMs);
  isOver = true;
  // Only then what was sent can end.
  await replicas.listening();
  const giveUp = setTimeout(() => {
    isUp = false;
  }, maxSettleMs);
  await working;
  clearTimeout(giveUp);

  const faults = await verify();
  const isGood = summarize({
    runs,
    disturbances,
    faults,
    gateways: replicas.gateways,
    seconds: (Date.now() - from) / 1000,
  });
  process.exitCode = isGood ? 0 : 1;
} finally {
  await cleanUp();
}

async function disturbUntil(end: number): Promise<void> {
  const chosen = random.fork();
  const target = { gateways: replicas.gateways, journals, workersDirectory, databaseUrl: database.url, sql };
  while (Date.now() < end) {
    await sleep(400 + chosen.below(2_500));
    // A busy machine takes long to start a gateway, and while none runs a kill disturbs nothing.
    if (chosen.below(5) > 0) await replicas.anyListening(end);
    const made = await disturb(target, chosen);
    if (!made) continue;
    disturbances.push(made);
    if (process.env.CHAOS_VERBOSE) console.log(`${((Date.now() - from) / 1000).toFixed(1)} s  ${made}`);
  }
}

/** Compares each run with its file, with a replay at each gateway, and with the tables. */
async function verify(): Promise<string[]> {
  await replicas.listening();
  const faults: string[] = [];
  for (const run of runs) {
    const journal = await journals.read(run.cell.journal);
    const found = [...verifyRun(run, journal), ...(await verifyReplays(run))];
    faults.push(...found.map((fault) => `${run.id} (${run.cell.journal}): ${fault}`));
  }
  return [...faults, ...(await verifyDatabase(sql, runs))];
}

/** Reads a log from its begin at each gateway: it must be the same again. */
async function verifyReplays(run: ChaosRun): Promise<string[]> {
  const known = run.readers[0];
  if (!known?.hasEnded) return [];
  const faults: string[] = [];
  for (const [i, gateway] of replicas.gateways.entries()) {
    const end = Date.now() + 5_000;
    const replay = new RunReader(i === 0 ? 'rest' : 'graphql', replicas, random, run);
    await replay.read(() => Date.now() < end, [gateway]);
    if (JSON.stringify(replay.events) !== JSON.stringify(known.events))
      faults.push(`another reader got ${replay.events.length} other events`);
  }
  return faults;
}

async function cleanUp(): Promise<void> {
  for (const { id } of await openWorkers()) await replicas.request(random, 'DELETE', `/workers/${id}`);
  await journals.close();
  await replicas.close();
  await sql.end();
  await database.remove();
  if (process.exitCode === 0) await rm(folder, { recursive: true, force: true });
  else console.log(`The folder stays for a look: ${folder}`);
}

async function openWorkers(): Promise<{ id: string }[]> {
  const { body } = await replicas.request(random, 'GET', '/workers');
  return body?.items ?? [];
}
