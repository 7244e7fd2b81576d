import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createDatabase } from '../support/database-server.js';
import { testPython } from '../support/jupyter.js';
import { disturb, type MadeDisturbance } from './disturbance.js';
import { findBatches } from './find-batches.js';
import { type Journal, Journals } from './journals.js';
import { findLoss, type Loss } from './missing-lines.js';
import { NotebookClient } from './notebook-client.js';
import { createNotebooks } from './notebooks.js';
import { chaosOptions } from './options.js';
import { Patience } from './patience.js';
import { createRandom } from './random.js';
import { Replicas } from './replicas.js';
import { RunReader } from './run-reader.js';
import { type AskedRestart, type ChaosRun, SessionClient, type UnknownBatch } from './session-client.js';
import { minRuns, summarize } from './summarize.js';
import { verifyDatabase } from './verify-database.js';
import { lacksLateLines, receivedText, verifyRun } from './verify-run.js';

// `npm run test:chaos`: cells run on two gateways while gateways, kernels, Jupyter servers and connections are killed, ended,
// stopped and cut. In the end each run is compared with the file that its cell wrote. A machine on which the gateways hardly ever
// answer proves nothing: then it says so, in place of runs that have no end.
const maxMoreMs = 60_000;
/** How long late output, and the replay of a log, may take in the end. */
const maxReadMs = 60_000;
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
const batches: UnknownBatch[] = [];
const disturbances: MadeDisturbance[] = [];
const restarts: AskedRestart[] = [];
const losses: Loss[] = [];
const patience = new Patience(replicas, random.fork());
let isOver = false;
try {
  await sql.connect();
  await replicas.start();
  const notebooks = await createNotebooks(replicas, random, options.sessions);
  const isUp = () => patience.isStillWaiting;
  const scene = { replicas, journals, runs, batches, restarts, isOver: () => isOver, isUp };
  const clients = notebooks.map((notebook, i) => new SessionClient(scene, random.fork(), notebook, i));
  const whole = new NotebookClient(scene, random.fork(), notebooks[0]!.workspace_id);
  const working = Promise.all([...clients, whole].map((client) => client.run()));
  working.catch(() => {});

  await disturbUntil(Date.now() + options.disturbMs);
  isOver = true;
  await patience.waitFor(working);

  const faults = await verify(whole);
  const isGood = summarize({
    runs,
    disturbances,
    losses,
    faults,
    notebooks: whole.notebooks.length,
    batches: batches.length,
    isTooSlow: patience.wasTooShort,
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
  // A machine that is slow gets more time.
  while (Date.now() < end || (runs.length < minRuns && Date.now() < end + maxMoreMs)) {
    await sleep(400 + chosen.below(2_500));
    // A busy machine takes long to start a gateway, and while none runs a kill disturbs nothing.
    if (chosen.below(5) > 0) await replicas.anyListening(end);
    const made = await disturb(target, chosen);
    if (!made) continue;
    disturbances.push(made);
    if (process.env.CHAOS_VERBOSE) console.log(`${((Date.now() - from) / 1000).toFixed(1)} s  ${made.what}`);
  }
}

/** Compares each run with its file, with a replay at each gateway, and with the tables. */
async function verify(whole: NotebookClient): Promise<string[]> {
  await replicas.listening();
  const found = await findBatches(sql, batches);
  const isUp = before(maxReadMs);
  for (const run of found.runs.filter(({ refused }) => !refused)) {
    const transports = ['rest', 'graphql'] as const;
    run.readers = transports.map((transport) => new RunReader(transport, replicas, random, run));
    for (const reader of run.readers) await reader.read(isUp);
  }
  runs.push(...found.runs);
  const faults = [...found.faults];
  for (const run of runs) {
    const journal = await readWithLate(run);
    const record = { disturbances, restarts };
    const loss = run.readers[0] && findLoss(run, receivedText(run.readers[0]), journal, record);
    if (loss) losses.push(loss);
    const wrong = [...verifyRun(run, journal, record), ...(await verifyReplays(run))];
    faults.push(...wrong.map((fault) => `${run.id} (${run.cell.journal}): ${fault}`));
    if (wrong.length > 0) await keepRun(run, journal);
  }
  return [...faults, ...(await verifyDatabase(sql, runs)), ...(await whole.verify(sql, journals))];
}

/** Writes what is known of a run with a fault into the folder that stays. */
async function keepRun({ id, cell, readers }: ChaosRun, journal: Journal): Promise<void> {
  const read = readers.map(({ transport, events, late, fault }) => ({ transport, events, late, fault }));
  await writeFile(join(folder, `run-${id}.json`), JSON.stringify({ cell, journal, read }, null, 1));
}

/**
 * Reads what a run printed after its end; a gateway that has just started may still write it.
 * @returns what its cell has written
 */
async function readWithLate({ cell, readers }: ChaosRun): Promise<Journal> {
  const [reader] = readers;
  const isUp = before(maxReadMs);
  for (;;) {
    const isRead = !reader?.hasEnded || reader.fault !== undefined || (await reader.readLate());
    const journal = await journals.read(cell.journal);
    const lacks = reader !== undefined && lacksLateLines(cell, reader, journal);
    if ((isRead && !lacks) || !isUp()) return journal;
    await sleep(50);
  }
}

function before(ms: number): () => boolean {
  const end = Date.now() + ms;
  return () => Date.now() < end;
}

/** Reads a log from its begin at each gateway: it must be the same again. */
async function verifyReplays(run: ChaosRun): Promise<string[]> {
  const known = run.readers[0];
  if (!known?.hasEnded) return [];
  const faults: string[] = [];
  for (const [i, gateway] of replicas.gateways.entries()) {
    const replay = new RunReader(i === 0 ? 'rest' : 'graphql', replicas, random, run);
    await replay.read(before(maxReadMs), [gateway]);
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
