import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type pg from 'pg';
import type { Journals } from './journals.js';
import type { KeptGateway } from './kept-gateway.js';
import type { Random } from './random.js';
import { findWorkerPids } from './worker-pids.js';

const execute = promisify(execFile);

/** What can be disturbed. */
export interface DisturbedScene {
  gateways: readonly KeptGateway[];
  journals: Journals;
  workersDirectory: string;
  databaseUrl: string;
  /** The name of the database on its server. */
  sql: pg.Client;
  /** When a server was stopped for long the last time, in ms since 1970; default never. */
  longStopAt?: number;
}

/** What happens to the scene, in words of the summary. */
export type Disturbance =
  | 'gateway killed'
  | 'gateway ended'
  | 'gateway stopped'
  | 'gateway stopped and replaced'
  | 'kernel killed'
  | 'kernel stopped'
  | 'server killed'
  | 'server stopped'
  | 'server stopped for long, and a gateway killed'
  | 'database connections cut'
  | 'Jupyter connections cut';

/** A disturbance that is over, with its times in ms since 1970. */
export interface MadeDisturbance {
  what: Disturbance;
  from: number;
  until: number;
  /** The id of the worker whose server or kernel it was. */
  worker?: string;
}

/** Beyond what a gateway waits for one connection, and within what it waits for a server that answers nothing: 60 s. */
const minLongMs = 16_000;
const maxLongMs = 25_000;
/** Nothing else is disturbed meanwhile, so it may begin only so long after the last one. */
const pauseMs = 60_000;

const longStop = 'server stopped for long, and a gateway killed' satisfies Disturbance;

/** Each with its weight. */
const all: readonly (readonly [Disturbance, number])[] = [
  ['gateway killed', 18],
  ['gateway ended', 12],
  ['gateway stopped', 8],
  ['gateway stopped and replaced', 14],
  ['kernel killed', 14],
  ['kernel stopped', 5],
  ['server killed', 5],
  ['server stopped', 8],
  [longStop, 4],
  ['database connections cut', 8],
  ['Jupyter connections cut', 10],
];

/** Chooses and makes one disturbance, and waits until it is over. @returns undefined when there was nothing to disturb */
export async function disturb(scene: DisturbedScene, random: Random): Promise<MadeDisturbance | undefined> {
  const what = random.weighted(all);
  const gateway = random.pick(scene.gateways);
  const choice = random.below(1_000);
  const ms = 300 + random.below(3_500);
  const from = Date.now();
  if (what === longStop && from < (scene.longStopAt ?? 0) + pauseMs) return undefined;
  const made = await make(scene, what, { gateway, choice, ms });
  return made && { what, from, until: Date.now(), ...made };
}

/** @returns undefined when there was nothing to disturb */
async function make(
  scene: DisturbedScene,
  what: Disturbance,
  { gateway, choice, ms }: { gateway: KeptGateway; choice: number; ms: number },
): Promise<Pick<MadeDisturbance, 'worker'> | undefined> {
  const [whose] = what.split(' ');
  if (what === longStop) return stopForLong(scene, gateway, choice, ms);
  if (whose === 'kernel' || whose === 'server') return disturbWorker(scene, what, choice, ms);
  if (whose === 'gateway') return (await disturbGateway(scene, gateway, what, ms)) ? {} : undefined;
  if (what === 'Jupyter connections cut') return (await cutJupyter(scene, gateway)) ? {} : undefined;
  await cutDatabase(scene.sql, '%');
  return {};
}

async function disturbGateway(
  { sql }: DisturbedScene,
  gateway: KeptGateway,
  chosen: Disturbance,
  ms: number,
): Promise<boolean> {
  if (gateway.pid === undefined) return false;
  if (chosen === 'gateway killed') gateway.signal('SIGKILL');
  else if (chosen === 'gateway ended') gateway.signal('SIGTERM');
  else {
    gateway.signal('SIGSTOP');
    // Without its leases another one takes the kernels over, and this one does not know.
    if (chosen === 'gateway stopped and replaced') await cutDatabase(sql, 'notebook-gateway-leases');
    await sleep(ms);
    gateway.signal('SIGCONT');
  }
  return true;
}

async function disturbWorker(
  { workersDirectory, journals }: DisturbedScene,
  chosen: Disturbance,
  choice: number,
  ms: number,
): Promise<{ worker: string } | undefined> {
  const { kernels, servers } = await findWorkerPids(workersDirectory);
  const processes = chosen.startsWith('kernel') ? kernels : servers;
  if (processes.length === 0) return undefined;
  const { pid, worker } = processes[choice % processes.length]!;
  const isStopped = chosen.endsWith('stopped');
  await journals.sweep();
  if (!send(pid, isStopped ? 'SIGSTOP' : 'SIGKILL')) return undefined;
  await journals.sweep();
  if (isStopped) {
    await sleep(ms);
    send(pid, 'SIGCONT');
  }
  return { worker };
}

/** Stops a server, kills a gateway after `ms`, and lets the server go on when another gateway has waited for it. */
async function stopForLong(
  scene: DisturbedScene,
  gateway: KeptGateway,
  choice: number,
  ms: number,
): Promise<{ worker: string } | undefined> {
  const { servers } = await findWorkerPids(scene.workersDirectory);
  if (servers.length === 0) return undefined;
  const { pid, worker } = servers[choice % servers.length]!;
  if (!send(pid, 'SIGSTOP')) return undefined;
  scene.longStopAt = Date.now();
  try {
    await sleep(ms);
    gateway.signal('SIGKILL');
    await sleep(minLongMs + (choice % 1_000) * ((maxLongMs - minLongMs) / 1_000) - ms);
  } finally {
    send(pid, 'SIGCONT');
  }
  return { worker };
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // It has ended just now.
    return false;
  }
}

/** @param application of the connections, as SQL's LIKE has it */
async function cutDatabase(sql: pg.Client, application: string): Promise<void> {
  await sql.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE $1`,
    [application],
  );
}

/** Cuts the connections of a gateway to the Jupyter servers. False when it has none. */
async function cutJupyter({ databaseUrl }: DisturbedScene, { pid, url }: KeptGateway): Promise<boolean> {
  if (pid === undefined || url === undefined) return false;
  const kept = [url, databaseUrl].map((one) => new URL(one).port || '5432');
  try {
    const { stdout } = await execute('/usr/bin/python3', [
      'test/chaos/cut_connections.py',
      String(pid),
      ...kept,
    ]);
    return Number(stdout) > 0;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    if (stderr.includes('PermissionError'))
      throw new Error('This process may not cut the connections of its gateways.');
    // The gateway has ended just now.
    return false;
  }
}
