import { type CellBatches, NeedsWhole } from './cell-batches.js';
import { countValues } from './count-values.js';
import { showNumbers } from './hidden-numbers.js';
import type { JsonObject, JsonValue } from './json-value.js';
import { maxValues } from './limits.js';
import { joinMultiline, splitMultiline } from './multiline-fields.js';
import type { Cell, Notebook } from './notebook.js';
import { notebookFaults } from './notebook-faults.js';
import { pythonJson } from './python-json.js';
import { areValidCells } from './schema-faults.js';
import { sortForStringify } from './sort-for-stringify.js';
import { stripTransient } from './strip-transient.js';
import { TextPieces } from './text-pieces.js';
import { writeJson } from './write-json.js';

/** From this minor version on, cells have ids. */
const minorWithIds = 5;
/** What the writer of Python's JSON puts around a list of cells. */
const beforeCells = '{\n "cells": [\n  ';
const afterCells = '\n ]\n}';
const betweenCells = ',\n  ';

/**
 * Writes a stored notebook as the answer of a read, the same as `writeJson(readNotebook(bytes))`, batch by batch.
 * @param outer the notebook, with a mark in place of its cells
 * @throws NeedsWhole for all but valid notebooks whose cells have their own ids
 */
export function answerInBatches(batches: CellBatches, outer: JsonObject): Uint8Array<ArrayBuffer> {
  const answer = new Wrapped(writeJson(stripTransient(checkedOuter(outer))).toString(), outer, ',');
  for (const cells of validCells(batches, outer)) answer.add(JSON.stringify(cells).slice(1, -1));
  return answer.toBytes('');
}

/**
 * Validates and writes a client's notebook, the same as `encodeAndAnswer(normalizeNotebook(value))`, batch by batch.
 * @param outer the notebook, with a mark in place of its cells; its texts are well-formed, and also those of its cells
 * @throws NeedsWhole for all but valid notebooks whose cells have their own ids
 */
export function encodeInBatches(
  batches: CellBatches,
  outer: JsonObject,
): { bytes: Uint8Array<ArrayBuffer>; answer: Uint8Array<ArrayBuffer> } {
  const kept = stripTransient(checkedOuter(outer));
  let values = countValues(kept, maxValues);
  const answer = new Wrapped(pythonJson(kept, 'compact').toString(), outer, ',');
  const stored = new Wrapped(pythonJson(kept, 'indented').toString(), outer, betweenCells);
  for (const cells of validCells(batches, outer)) {
    // Sorted once for both texts: to split the lines of a cell does not change its order.
    const sorted = sortForStringify(cells as unknown as JsonValue[]);
    if (sorted === null) throw new NeedsWhole();
    const split = splitMultiline({ cells: sorted } as unknown as Notebook);
    values += countValues(split, maxValues);
    if (values > maxValues) throw new NeedsWhole();
    answer.add(showNumbers(JSON.stringify(sorted)).slice(1, -1));
    stored.add(showNumbers(JSON.stringify(split, null, 1)).slice(beforeCells.length, -afterCells.length));
  }
  return { bytes: stored.toBytes('\n'), answer: answer.toBytes('') };
}

/** @throws NeedsWhole where something beside the cells is invalid */
function checkedOuter(outer: JsonObject): JsonObject {
  if (notebookFaults({ ...outer, cells: [] }).length > 0) throw new NeedsWhole();
  return outer;
}

/** The cells of a notebook in joined form and without transient metadata. */
function* validCells(batches: CellBatches, { cells, nbformat_minor: minor }: JsonObject): Generator<Cell[]> {
  const ids = new Set<string>();
  for (const batch of batches.batches(batches.indexOf(cells)!)) {
    const stored = stripTransient({ cells: batch });
    if (!areValidCells(stored.cells, Number(minor))) throw new NeedsWhole();
    const joined = joinMultiline(stored as unknown as JsonObject).cells;
    if (Number(minor) >= minorWithIds) for (const { id } of joined) addId(ids, id);
    yield joined;
  }
}

function addId(ids: Set<string>, id: string | undefined): void {
  if (id === undefined || ids.has(id)) throw new NeedsWhole();
  ids.add(id);
}

/** The text of a notebook whose cells are added later. */
class Wrapped {
  readonly #pieces = new TextPieces();
  readonly #tail: string;
  readonly #between: string;
  #isFirst = true;

  /** @param text the notebook with the mark of `outer` in place of its cells */
  constructor(text: string, outer: JsonObject, between: string) {
    const mark = JSON.stringify((outer.cells as string[])[0]);
    const at = text.indexOf(mark);
    this.#pieces.add(text.slice(0, at));
    this.#tail = text.slice(at + mark.length);
    this.#between = between;
  }

  /** Adds cells. They are encoded immediately, because bytes take less memory than texts. */
  add(cells: string): void {
    this.#pieces.addBytes(Buffer.from(this.#isFirst ? cells : this.#between + cells));
    this.#isFirst = false;
  }

  toBytes(end: string): Uint8Array<ArrayBuffer> {
    this.#pieces.add(this.#tail + end);
    return this.#pieces.toBytes();
  }
}
