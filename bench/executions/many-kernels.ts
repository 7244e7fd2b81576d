import { setTimeout as sleep } from 'node:timers/promises';
import { median, quantile, type Row } from '../stats.js';
import type { CellRunner } from './cell-run.js';
import type { Scene } from './scene.js';

const kernels = Number(process.env.BENCH_KERNELS ?? 64);
const seconds = Number(process.env.BENCH_SECONDS ?? 60);
/** Of the cells of one kernel. */
const everyMs = 100;
/** More starts at the same time would take each other's processor. */
const startedTogether = 4;

interface LoadedKernel {
  run: CellRunner;
  close(): Promise<unknown>;
}

interface Load {
  /** From the sending of each cell to its end, in ms. */
  times: number[];
  perSecond: number;
}

/**
 * 64 kernels that run 10 cells a second each for a minute, at the gateway and at a stock jupyter_server, one after the other. A
 * kernel whose cell takes longer gets the next one when that has ended. `BENCH_KERNELS` and `BENCH_SECONDS` make it shorter.
 */
export async function benchManyKernels({ client, stock }: Scene): Promise<Row[]> {
  const ours = await loadKernels(async (i) => {
    const { id } = await client.openSession(`load/${i}.ipynb`);
    const close = () => client.graphql(`mutation { deleteSession(spaceSlug: "demo", id: "${id}") }`);
    return { run: client.runner(id), close };
  });
  const theirs = await loadKernels(() => stock.startKernel());
  const wanted = (kernels * 1000) / everyMs;
  const what = `${kernels} kernels, 10 cells a second each for ${seconds} s`;
  const baseline = 'plain ws client, stock jupyter_server';
  return [
    {
      what: `${what}, none of ${ours.times.length} lost: time of a cell`,
      ...{ ours: median(ours.times), baseline, theirs: median(theirs.times) },
    },
    {
      what: `${what}: time of a cell, p99 of both`,
      ...{ ours: quantile(ours.times, 0.99), baseline, theirs: quantile(theirs.times, 0.99) },
    },
    {
      what: `${what}: cells a second in all, of ${wanted}`,
      ...{ unit: '/s', ours: ours.perSecond, baseline, theirs: theirs.perSecond },
    },
  ];
}

async function loadKernels(start: (i: number) => Promise<LoadedKernel>): Promise<Load> {
  const started: LoadedKernel[] = [];
  try {
    while (started.length < kernels) {
      const count = Math.min(startedTogether, kernels - started.length);
      const next = Array.from({ length: count }, (_, i) => start(started.length + i));
      started.push(...(await Promise.all(next)));
    }
    // What each needs once.
    await Promise.all(started.map(({ run }) => run("print('first')")));
    return await load(started.map(({ run }) => run));
  } finally {
    await Promise.all(started.map(({ close }) => close()));
  }
}

/** @throws Error when a cell did not print what it should: its output, or a part of it, was lost */
async function load(runners: CellRunner[]): Promise<Load> {
  const times: number[] = [];
  const from = performance.now();
  const end = from + seconds * 1000;
  const runCells = async (run: CellRunner, kernel: number) => {
    // Not all in the same moment.
    let due = from + (everyMs * kernel) / runners.length;
    for (let i = 0; due < end && performance.now() < end; i++, due += everyMs) {
      await sleep(Math.max(0, due - performance.now()));
      const { totalMs, text } = await run(`print('cell ${kernel} ${i}')`);
      if (text !== `cell ${kernel} ${i}\n`) throw new Error(`A cell has the output ${JSON.stringify(text)}.`);
      times.push(totalMs);
    }
  };
  await Promise.all(runners.map(runCells));
  return { times, perSecond: (times.length * 1000) / (performance.now() - from) };
}
