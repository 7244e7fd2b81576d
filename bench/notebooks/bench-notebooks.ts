import { encodeNotebook } from '../../src/engines/nbformat/encode-notebook.js';
import type { CodeCell, Notebook } from '../../src/engines/nbformat/notebook.js';
import { NotebookThreads } from '../../src/engines/nbformat/threads/notebook-threads.js';
import { median, printTable, type Row } from '../stats.js';

const rounds = 7;
const limitMs = 1_000;
/** Characters of an output: a plot of usual size. */
const plotLength = 64 * 1024;
const lines = Array.from({ length: 20 }, (_, n) => `value_${n} = compute(${n})\n`);
const all = { take: 1_000, skip: 0, isChangedOnly: false };

/** A notebook of 200 cells, each with a plot. @param side is named in every fifth cell, beginning with the cell `from` */
function largeNotebook(side = '', from = 0): Uint8Array {
  const cells = Array.from({ length: 200 }, (_, index): CodeCell => {
    const isChanged = side !== '' && index % 5 === from;
    const source = (isChanged ? lines.with(index % 20, `# ${side}\n`) : lines).join('');
    const plot = (isChanged ? side[0]! : 'p').repeat(plotLength);
    return {
      ...{ cell_type: 'code', id: `cell-${index}`, metadata: {}, source, execution_count: index },
      outputs: [{ output_type: 'display_data', data: { 'image/png': plot }, metadata: {} }],
    };
  });
  const notebook: Notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
  return encodeNotebook(notebook).bytes;
}

/**
 * `npm run bench -- notebooks`: a comparison and a merge of notebooks of 200 cells with large outputs, 12 MiB each, against the
 * limit of a second.
 */
export async function benchNotebooks(): Promise<void> {
  const threads = new NotebookThreads();
  const base = largeNotebook();
  const [ours, theirs] = [largeNotebook('ours', 1), largeNotebook('theirs', 3)];
  try {
    const compare = await timed(() => threads.compare('user', { base, head: ours }, all));
    const merge = await timed(async () => {
      const { bytes } = await threads.mergeFiles('user', { base, ours, theirs }, true);
      if (!bytes) throw new Error('The notebooks were not merged.');
    });
    printTable('notebooks of 200 cells with large outputs', [
      rowOf('comparison by cells', compare),
      rowOf('merge by cells', merge),
    ]);
  } finally {
    await threads.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    await work();
    times.push(performance.now() - from);
  }
  return times;
}

function rowOf(what: string, times: number[]): Row {
  return { what, ours: median(times), baseline: 'limit', theirs: limitMs, goal: 1 };
}
