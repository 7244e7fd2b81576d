import type { MadeDisturbance } from './disturbance.js';
import type { KeptGateway } from './kept-gateway.js';
import type { Loss } from './missing-lines.js';
import type { ChaosRun } from './session-client.js';

const maxReported = 40;
/** Fewer runs than that prove nothing. */
export const minRuns = 10;

/** Prints what was done and what is wrong. @returns whether nothing is */
export function summarize(result: {
  runs: ChaosRun[];
  disturbances: MadeDisturbance[];
  losses: Loss[];
  faults: string[];
  /** Whole notebooks that were to be run. */
  notebooks: number;
  /** Batches that were refused or not answered. */
  batches: number;
  /** Whether the gateways did not answer for long enough to end what was sent. */
  isTooSlow: boolean;
  gateways: readonly KeptGateway[];
  seconds: number;
}): boolean {
  const { runs, disturbances, losses, faults, gateways, seconds, notebooks, batches, isTooSlow } = result;
  const readers = runs.flatMap((run) => run.readers);
  const rows: [string, string | number][] = [
    ['runs', `${runs.length} (${counted(runs.map(endOf))})`],
    ['kinds of cells', counted(runs.map(({ cell }) => cell.kind))],
    ['whole notebooks', notebooks],
    ['batches without an answer', batches],
    ['late events', readers.reduce((sum, { late }) => sum + late.length, 0)],
    ['events received', readers.reduce((sum, { events }) => sum + events.length, 0)],
    [
      'connections of readers',
      `${readers.reduce((sum, { opened }) => sum + opened, 0)} for ${readers.length} readers`,
    ],
    ['lost at the ends of kernels', describeLosses(losses.filter(({ isOfServer }) => !isOfServer))],
    ['lost with servers', describeLosses(losses.filter(({ isOfServer }) => isOfServer))],
    ['disturbances', `${disturbances.length} (${counted(disturbances.map(({ what }) => what))})`],
    ['ends of gateways', gateways.reduce((sum, { ends }) => sum + ends, 0)],
  ];
  console.log('\n| what | how many |\n|---|---|');
  for (const [what, howMany] of rows) console.log(`| ${what} | ${howMany} |`);
  const logged = gateways.flatMap((gateway) => gateway.logged).map(messageOf);
  for (const line of new Set(logged)) console.log(`logged: ${line}`);
  for (const fault of faults.slice(0, maxReported)) console.log(`FAULT ${fault}`);
  const isEnough = runs.length >= minRuns;
  if (!isEnough) console.log(`FAULT only ${runs.length} runs; ${minRuns} at least are needed`);
  console.log(
    `\n${runs.length} runs beside ${disturbances.length} disturbances in ${seconds.toFixed(0)} s, ${faults.length} faults`,
  );
  if (isTooSlow)
    console.log(
      'The machine was too slow: the gateways answered for less than a minute of the last ten. Runs that have no end, above, prove nothing; run it again on a machine that does less.',
    );
  return faults.length === 0 && isEnough && !isTooSlow;
}

function endOf({ refused, readers }: ChaosRun): string {
  if (refused) return `refused: ${refused}`;
  const end = readers[0]?.events.at(-1);
  if (end?.type === 'failure') return end.retryable ? `${end.code}, retryable` : end.code!;
  return end?.status ?? 'no end';
}

function describeLosses(losses: Loss[]): string {
  const lines = losses.reduce((sum, loss) => sum + loss.lines, 0);
  const ms = Math.max(0, ...losses.map((loss) => loss.ms));
  return `${lines} lines of ${losses.length} runs, the first written ${ms} ms before the last at most`;
}

function counted(all: string[]): string {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].map(([one, count]) => `${count} ${one}`).join(', ');
}

function messageOf(line: string): string {
  // The last line of a killed process may be cut.
  const [, msg] = /"msg":"([^"]*)/.exec(line) ?? [];
  const [, err] = /"err":\{.*?"message":"([^"]*)/.exec(line) ?? [];
  return `${msg ?? line.slice(0, 200)}${err ? `: ${err.slice(0, 200)}` : ''}`;
}
