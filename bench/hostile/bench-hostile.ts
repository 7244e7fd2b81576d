import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { demo } from '../../prisma/seed.js';
import { openBenchGateway } from '../bench-gateway.js';
import { Beside } from './beside.js';
import type { HostileInput, HostileTarget } from './hostile-input.js';
import { bodyInputs } from './inputs/bodies.js';
import { explorerInputs } from './inputs/explorer.js';
import { graphqlInputs } from './inputs/graphql.js';
import { notebookInputs } from './inputs/notebooks.js';
import { pipelineInputs } from './inputs/pipelines.js';
import { restInputs } from './inputs/rest.js';
import { streamInputs } from './inputs/streams.js';
import { prepareTarget } from './prepare-target.js';

/** A family of inputs has a file in `inputs/` and a line here. */
const families: Record<string, HostileInput[]> = {
  graphql: graphqlInputs,
  rest: restInputs,
  bodies: bodyInputs,
  notebooks: notebookInputs,
  streams: streamInputs,
  explorer: explorerInputs,
  pipelines: pipelineInputs,
};

const lightRead = `/api/v1.0/engagement/spaces/${demo.slug}/notebooks/workspaces/${demo.workspaceId}`;
const quietMs = 500;

/**
 * Sends hostile inputs one after another, and measures how long others wait meanwhile and the memory that remains.
 * @param parts the families to send; default all
 */
export async function benchHostile(parts: string[]): Promise<void> {
  const gateway = await openBenchGateway({ WORKER_BACKENDS: 'external' });
  try {
    const target = await prepareTarget(gateway.port, gateway.token);
    console.log('\nhostile\n');
    console.log('| input | answer | time | max wait: /healthz | max wait: a read | memory after | at most |');
    console.log('|---|---|---|---|---|---|---|');
    for (const [family, inputs] of Object.entries(families)) {
      if (parts.length > 0 && !parts.includes(family)) continue;
      for (const input of inputs) console.log(await measure(input, target, gateway.pid));
    }
  } finally {
    await gateway.close();
  }
}

async function measure(input: HostileInput, target: HostileTarget, pid: number): Promise<string> {
  // Resets the maximum of the memory, see proc(5).
  await writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => {});
  const before = await memoryMb(pid, 'VmRSS');
  const health = new Beside(target.port, '/healthz');
  const read = new Beside(target.port, lightRead, target.token);
  await Promise.all([health.started(), read.started()]);
  await sleep(50);
  const from = performance.now();
  const answer = await input.send(target).catch((error: Error) => `no answer: ${error.message}`);
  const ms = performance.now() - from;
  await sleep(50);
  const waits = [await health.stop(), await read.stop()].map((wait) => `${wait.toFixed(0)} ms`);
  await sleep(quietMs);
  const after = (await memoryMb(pid, 'VmRSS')) - before;
  const max = (await memoryMb(pid, 'VmHWM')) - before;
  const memory = [after, max].map((mb) => `${mb < 0 ? '' : '+'}${mb.toFixed(0)} MB`);
  return `| ${[input.what, answer, `${ms.toFixed(0)} ms`, ...waits, ...memory].join(' | ')} |`;
}

async function memoryMb(pid: number, name: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN) / 1024;
}
