import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crashOptions } from './options.js';
import { killServers, type ServerKills } from './server-kills.js';
import { killStoreWriters, type StoreKills } from './store-kills.js';

// `npm run test:crash`: kill -9 at any moment is a supported way to stop. What a kill cannot show is whether a sync was
// left out: what was written stays in the system's memory when a process dies.
const options = crashOptions(process.env);
const { seed, serverKills, storeKills, limitMs } = options;
const from = Date.now();
const report = (line: string) => console.log(`${seconds(Date.now() - from)}  ${line}`);
const maxReported = 40;

console.log(
  `${serverKills} kills of the server and ${storeKills} of a saving process, within ${limitMs / 60_000} minutes; ` +
    `CRASH_SEED=${seed} repeats the plan`,
);
const dataDir = await mkdtemp(join(tmpdir(), 'crash-'));
try {
  const store = await killStoreWriters({ seed, kills: storeKills, until: from + limitMs / 4 });
  report(
    `${store.kills} kills of a saving process, ${store.saves} saves acknowledged, ${store.faults.length} faults`,
  );
  const checkEvery = Math.max(10, Math.ceil(serverKills / 8));
  const until = from + limitMs;
  const server = await killServers({ dataDir, seed, kills: serverKills, until, checkEvery, report });
  process.exitCode = summarize(store, server);
  if (process.exitCode === 0) await rm(dataDir, { recursive: true, force: true });
  else console.log(`The data folder stays for a look: ${dataDir}`);
} catch (error) {
  console.log(`The data folder stays for a look: ${dataDir}`);
  throw error;
}

/** @returns the exit code */
function summarize(store: StoreKills, server: ServerKills): number {
  const { ledger } = server;
  const starts = server.starts.toSorted((a, b) => a - b);
  const start = (share: number) => `${Math.round(starts[Math.floor((starts.length - 1) * share)]!)} ms`;
  const kills = Object.entries(server.kills).map(([at, n]) => `${n} at ${at}`);
  const made = Object.values(server.kills).reduce((sum, n) => sum + n, 0);
  const rows: [string, string | number][] = [
    ['kills of the server', `${made} of ${serverKills} (${kills.join(', ')})`],
    ['kills of a saving process', `${store.kills} of ${storeKills}`],
    ['saves acknowledged', `${ledger.saves.length} by the server, ${store.saves} by the store`],
    ['pushes acknowledged', ledger.pushes.length],
    ['repacks and the like', (ledger.counts.repacks ?? 0) + store.repacks],
    ['starts, the first included', `${starts.length}, p50 ${start(0.5)}, max ${start(1)}`],
    ['saves read again through REST', server.reads],
    ['times all was compared with git and the database', server.checks],
    ...Object.entries(ledger.counts).sort(),
    ['lines logged at level error', server.errors.length],
  ];
  console.log('\n| what | how many |\n|---|---|');
  for (const [what, howMany] of rows) console.log(`| ${what} | ${howMany} |`);
  for (const line of new Set(server.errors.map(messageOf))) console.log(`logged: ${line}`);

  const faults = [...new Set([...store.faults, ...ledger.faults])];
  for (const fault of faults.slice(0, maxReported)) console.log(`FAULT ${fault}`);
  const isShort = made < serverKills || store.kills < storeKills;
  if (isShort) console.log('The time was up before all kills were made.');
  console.log(
    `\n${ledger.saves.length + store.saves + ledger.pushes.length} acknowledged, ${faults.length} faults`,
  );
  // A gate that lets a run pass that hardly killed would guard nothing.
  return faults.length > 0 || (isShort && process.env.CI) ? 1 : 0;
}

function messageOf(line: string): string {
  // The last line of a killed process may be cut.
  const [, err] = /"err":\{.*?"message":"([^"]*)/.exec(line) ?? [];
  const [, msg] = /"msg":"([^"]*)/.exec(line) ?? [];
  return `${msg ?? line.slice(0, 100)}: ${err?.slice(0, 300) ?? ''}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0).padStart(4)} s`;
}
