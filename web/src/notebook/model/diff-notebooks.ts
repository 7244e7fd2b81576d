import { diffLines } from 'diff';
import { mergeOrder } from './merge-order.js';
import type { Cell, Notebook } from './notebook.js';
import { sameJson } from './same-json.js';

/** A piece of a text that was kept, added or removed. It is whole lines. */
export interface TextChange {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** What happened to a cell from one version to another. */
export interface CellDifference {
  id: string;
  kind: 'same' | 'added' | 'removed' | 'changed';
  before: Cell | undefined;
  after: Cell | undefined;
  /** Whether the outputs are others; the counter of the run does not count. */
  outputsChanged: boolean;
  /** Whether the type, the metadata or the attachments are others. */
  metadataChanged: boolean;
}

/** Lines of more than so many edits are shown as replaced whole. It bounds the time for hostile texts. */
const maxEdits = 1_000;

/**
 * The cells of two versions, one after the other as the newer one has them; removed cells are after the cell that they
 * followed. Cells are matched by id, others by the same source.
 */
export function diffNotebooks(before: Notebook, after: Notebook): CellDifference[] {
  const renamed = matchBySource(before, after);
  const old = new Map(before.cells.map((cell) => [renamed.get(cell.id) ?? cell.id, cell]));
  const now = new Map(after.cells.map((cell) => [cell.id, cell]));
  const [oldIds, newIds] = [[...old.keys()], [...now.keys()]];
  const order = mergeOrder(oldIds, newIds, oldIds, new Set([...oldIds, ...newIds]));
  return order.map((id) => diffCell(id, old.get(id), now.get(id)));
}

/** The ids in the newer version of cells whose id changed and whose source did not. Each is used once. */
function matchBySource(before: Notebook, after: Notebook): Map<string, string> {
  const oldIds = new Set(before.cells.map(({ id }) => id));
  const free = new Map<string, string[]>();
  for (const cell of after.cells) {
    if (oldIds.has(cell.id)) continue;
    const key = `${cell.cell_type}\n${cell.source}`;
    free.set(key, [...(free.get(key) ?? []), cell.id]);
  }
  const newIds = new Set(after.cells.map(({ id }) => id));
  const matched = new Map<string, string>();
  for (const cell of before.cells) {
    if (newIds.has(cell.id)) continue;
    const id = free.get(`${cell.cell_type}\n${cell.source}`)?.shift();
    if (id !== undefined) matched.set(cell.id, id);
  }
  return matched;
}

function diffCell(id: string, before: Cell | undefined, after: Cell | undefined): CellDifference {
  const outputsChanged = !sameJson(shownOutputs(before), shownOutputs(after));
  const metadataChanged =
    Boolean(before && after) &&
    !(['cell_type', 'metadata', 'attachments'] as const).every((name) =>
      sameJson(before![name], after![name]),
    );
  const isChanged = outputsChanged || metadataChanged || before?.source !== after?.source;
  const kind = !before ? 'added' : !after ? 'removed' : isChanged ? 'changed' : 'same';
  return { id, kind, before, after, outputsChanged, metadataChanged };
}

const shownOutputs = (cell: Cell | undefined) =>
  (cell?.outputs ?? []).map(({ execution_count: _count, ...output }) => output);

/** The lines of two texts, with what was added and removed. */
export function diffText(before: string, after: string): TextChange[] {
  if (before === after) return after === '' ? [] : [{ kind: 'same', text: after }];
  // The last line of a cell has no line feed: it is the same line also where others follow it.
  const changes = diffLines(before, after, { maxEditLength: maxEdits, ignoreNewlineAtEof: true }) ?? [
    { value: before, removed: true, added: false },
    { value: after, removed: false, added: true },
  ];
  return changes
    .filter(({ value }) => value !== '')
    .map(({ value, added, removed }) => ({
      kind: added ? 'added' : removed ? 'removed' : 'same',
      text: value,
    }));
}
