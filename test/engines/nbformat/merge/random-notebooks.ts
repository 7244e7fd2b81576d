import type { JsonObject } from '../../../../src/engines/nbformat/json-value.js';
import type { Cell, CodeCell, Notebook } from '../../../../src/engines/nbformat/notebook.js';

type Random = (below: number) => number;

const words = ['load', 'clean', 'plot', 'fit', 'rate', 'sum', 'mean'];
const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!;

const lineOf = (random: Random) => `${pick(random, words)}(${random(50)})`;
const sourceOf = (random: Random) => Array.from({ length: random(6) }, () => lineOf(random)).join('\n');

function randomCell(random: Random, id: string): Cell {
  const metadata: JsonObject = random(3) === 0 ? { tags: [pick(random, words)] } : {};
  const common = { id, metadata, source: sourceOf(random) };
  if (random(3) === 0) return { cell_type: 'markdown', ...common };
  return { cell_type: 'code', ...common, ...randomRun(random) };
}

function randomRun(random: Random): Pick<CodeCell, 'outputs' | 'execution_count'> {
  const text = `${random(1000)}\n`;
  const outputs: CodeCell['outputs'] =
    random(2) === 0 ? [] : [{ output_type: 'stream', name: 'stdout', text }];
  return { outputs, execution_count: random(9) };
}

/** A notebook of nbformat 4.5 with up to eight cells. */
export function randomNotebook(random: Random): Notebook {
  const cells = Array.from({ length: random(9) }, (_, index) => randomCell(random, `base-${index}`));
  return { cells, metadata: { title: lineOf(random), n: 1 }, nbformat: 4, nbformat_minor: 5 };
}

/** Changes a notebook as a person would: edits, runs, adds, removes and moves cells. @param side begins the ids of new cells */
export function changed(random: Random, notebook: Notebook, side: string): Notebook {
  let cells = [...notebook.cells];
  for (let step = random(4); step >= 0; step--) {
    const at = random(cells.length + 1);
    const what = random(6);
    if (what === 0 || at === cells.length) cells.splice(at, 0, randomCell(random, `${side}-${step}`));
    else if (what === 1) cells.splice(at, 1);
    else if (what === 2) {
      const [moved] = cells.splice(at, 1);
      cells.splice(random(cells.length + 1), 0, moved!);
    } else cells = cells.with(at, edited(random, cells[at]!));
  }
  const metadata = random(4) === 0 ? { ...notebook.metadata, [side]: random(9) } : notebook.metadata;
  return { ...notebook, cells, metadata };
}

function edited(random: Random, cell: Cell): Cell {
  const what = random(3);
  if (what === 0 && cell.cell_type === 'code') return { ...cell, ...randomRun(random) };
  if (what === 1) return { ...cell, metadata: { ...cell.metadata, [pick(random, words)]: random(3) } };
  const lines = cell.source.split('\n');
  lines.splice(random(lines.length + 1), random(2), lineOf(random));
  return { ...cell, source: lines.join('\n') };
}
