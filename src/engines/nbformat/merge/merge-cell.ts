import { areSameOutputs, attachmentsOf, runOf } from '../compare/cell-parts.js';
import type { JsonObject } from '../json-value.js';
import type { Cell, CodeCell } from '../notebook.js';
import type { CellConflict } from './cell-conflict.js';
import { mergeObjects, type Three } from './merge-json.js';
import { mergeTexts } from './merge-texts.js';

/** Receives each conflict of a cell. */
export type OnCellConflict = (part: CellConflict['part'], path: readonly string[]) => void;

/** Members of a cell's metadata that programs write: where both sides have others, ours count. */
const written = new Set(['collapsed', 'execution', 'ExecuteTime', 'scrolled']);

/** Merges two changes of a cell. A cell that both sides added has an empty base. */
export function mergeCell(three: Three<Cell>, onConflict: OnCellConflict): Cell {
  const { base, ours, theirs } = three;
  const type = chosen(three, ({ cell_type }) => cell_type);
  if (type === null) onConflict('cell_type', []);
  const source = mergeTexts(base.source, ours.source, theirs.source);
  if (source === null) onConflict('source', []);
  const id = idOf(three);
  const common = {
    ...(id === undefined ? {} : { id }),
    metadata: mergeMetadata(three, onConflict),
    source: source ?? ours.source,
  };
  const cell_type = type ?? ours.cell_type;
  const attachments = mergeAttachments(three, cell_type, onConflict);
  if (cell_type === 'code') return { cell_type, ...common, ...mergeRuns(three) };
  return { cell_type, ...common, ...(Object.keys(attachments).length > 0 ? { attachments } : {}) };
}

function mergeMetadata({ base, ours, theirs }: Three<Cell>, onConflict: OnCellConflict): JsonObject {
  const metadata = { base: base.metadata, ours: ours.metadata, theirs: theirs.metadata };
  const tags = mergeTags(metadata);
  const merged = mergeObjects(metadata, {
    prefersOurs: ([key]) => written.has(key!) || (key === 'tags' && tags !== null),
    onConflict: (path) => onConflict('metadata', path),
  });
  return tags !== null && Object.hasOwn(merged, 'tags') ? { ...merged, tags } : merged;
}

/** Tags are a set: each side adds its own and removes its own. Null where they are no list of tags. */
function mergeTags({ base, ours, theirs }: Three<JsonObject>): string[] | null {
  const [was, our, their] = [tagsOf(base), tagsOf(ours), tagsOf(theirs)];
  if (!was || !our || !their) return null;
  const before = new Set(was);
  const [mine, others] = [new Set(our), new Set(their)];
  const kept = our.filter((tag) => others.has(tag) || !before.has(tag));
  return [...kept, ...their.filter((tag) => !mine.has(tag) && !before.has(tag))];
}

function tagsOf({ tags = [] }: JsonObject): string[] | null {
  return Array.isArray(tags) && tags.every((tag) => typeof tag === 'string') ? tags : null;
}

/** A cell of code has no attachments, so one that a side added to it or changed is a conflict there. */
function mergeAttachments(
  { base, ours, theirs }: Three<Cell>,
  type: Cell['cell_type'],
  onConflict: OnCellConflict,
) {
  const attachments = {
    base: attachmentsOf(base),
    ours: attachmentsOf(ours),
    theirs: attachmentsOf(theirs),
  };
  const merged = mergeObjects(attachments, {
    prefersOurs: () => type === 'code',
    onConflict: (path) => onConflict('attachments', path),
  }) as { [name: string]: JsonObject };
  if (type === 'code') for (const name of Object.keys(merged)) onConflict('attachments', [name]);
  return merged;
}

/**
 * The outputs and the execution count belong together, and to a source: they are those of the side that alone changed the
 * source, else of the side that alone ran the cell again, else ours.
 */
function mergeRuns(three: Three<Cell>): Pick<CodeCell, 'outputs' | 'execution_count'> {
  const bySource = changedAlone(three, (one, two) => one.source === two.source);
  const byRun = changedAlone(three, areSameRuns);
  const { outputs, execution_count } = runOf(three[bySource ?? byRun ?? 'ours']);
  return { outputs, execution_count };
}

function areSameRuns(one: Cell, two: Cell): boolean {
  const [before, after] = [runOf(one), runOf(two)];
  return (
    String(before.execution_count) === String(after.execution_count) &&
    areSameOutputs(before.outputs, after.outputs)
  );
}

function changedAlone(
  { base, ours, theirs }: Three<Cell>,
  areSame: (one: Cell, two: Cell) => boolean,
): 'ours' | 'theirs' | null {
  const [isOurs, isTheirs] = [!areSame(base, ours), !areSame(base, theirs)];
  if (isOurs === isTheirs) return null;
  return isOurs ? 'ours' : 'theirs';
}

/** The value that a side alone changed; null where both have other ones. */
function chosen<T>({ base, ours, theirs }: Three<Cell>, read: (cell: Cell) => T): T | null {
  const [was, our, their] = [read(base), read(ours), read(theirs)];
  if (our === their || was === their) return our;
  return was === our ? their : null;
}

/** A side that has another id found the cell by its content. Where both have, ours stays. */
function idOf({ base, ours, theirs }: Three<Cell>): string | undefined {
  return (ours.id === base.id ? theirs.id : ours.id) ?? base.id;
}
