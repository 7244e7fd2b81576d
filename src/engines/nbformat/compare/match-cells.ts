import type { Cell } from '../notebook.js';
import { changedRanges } from './changed-ranges.js';
import { textLines } from './text-lines.js';

/** The cells of two notebooks that are the same cell: by the index in the base, the index in the other notebook. */
export type CellPairs = ReadonlyMap<number, number>;

/** Pairs of cells without a partner that are compared with each other in one gap between cells that have one. */
const maxComparisons = 10_000;
/** The part of their lines that two cells share at least. */
const minSimilarity = 0.5;
/** Characters. Of longer cells the beginnings are compared. */
const maxComparedSource = 20_000;

/**
 * Finds which cells of two notebooks are the same: those with the same id, then those with the same type and source. Where
 * ids say nothing (before nbformat 4.5, or because a program has replaced all of them), also cells between the same neighbours:
 * those that share half of their lines, then, where both have equally many, those at the same position.
 * @param options.areIdsFinal whether cells with different ids are never the same where other cells have kept theirs; default
 *   false
 */
export function matchCells(
  base: readonly Cell[],
  other: readonly Cell[],
  { areIdsFinal = false }: { areIdsFinal?: boolean } = {},
): CellPairs {
  const pairs = new Map<number, number>();
  const taken = new Set<number>();
  const pair = (index: number, otherIndex: number) => {
    pairs.set(index, otherIndex);
    taken.add(otherIndex);
  };
  const byId = new Map(other.flatMap(({ id }, index) => (id === undefined ? [] : [[id, index] as const])));
  for (const [index, { id }] of base.entries()) {
    const found = id === undefined ? undefined : byId.get(id);
    if (found !== undefined && !taken.has(found)) pair(index, found);
  }
  const areIdsKept = pairs.size > 0;
  const idsDiffer = (one: Cell, two: Cell) => areIdsKept && one.id !== undefined && two.id !== undefined;
  pairByContent(base, other, { pairs, taken, pair }, (one, two) => !(areIdsFinal && idsDiffer(one, two)));
  pairByPosition(
    base,
    other,
    { pairs, taken, pair },
    (one, two) => one.cell_type === two.cell_type && !idsDiffer(one, two),
  );
  return pairs;
}

interface Pairing {
  pairs: CellPairs;
  taken: ReadonlySet<number>;
  pair(index: number, otherIndex: number): void;
}

type MayPair = (one: Cell, two: Cell) => boolean;

/** First those in the same order, so that of equal cells the right ones meet; then those that moved. */
function pairByContent(
  base: readonly Cell[],
  other: readonly Cell[],
  pairing: Pairing,
  mayPair: MayPair,
): void {
  const keys = new Map<string, number>();
  const left = unpaired(base, (index) => pairing.pairs.has(index));
  const right = unpaired(other, (index) => pairing.taken.has(index));
  const leftKeys = left.map((index) => keyOf(base[index]!, keys));
  const rightKeys = right.map((index) => keyOf(other[index]!, keys));
  let [at, otherAt] = [0, 0];
  for (const range of [...changedRanges(leftKeys, rightKeys), endOf(left, right)]) {
    for (; at < range.baseStart; at++, otherAt++) {
      const [index, otherIndex] = [left[at]!, right[otherAt]!];
      if (mayPair(base[index]!, other[otherIndex]!)) pairing.pair(index, otherIndex);
    }
    at = range.baseEnd;
    otherAt = range.end;
  }
  const waiting = new Map<number, number[]>();
  for (const [position, index] of right.entries()) {
    if (pairing.taken.has(index)) continue;
    const key = rightKeys[position]!;
    const indexes = waiting.get(key);
    if (indexes) indexes.push(index);
    else waiting.set(key, [index]);
  }
  for (const indexes of waiting.values()) indexes.reverse();
  for (const [position, index] of left.entries()) {
    const found = pairing.pairs.has(index) ? undefined : waiting.get(leftKeys[position]!)?.pop();
    if (found !== undefined && mayPair(base[index]!, other[found]!)) pairing.pair(index, found);
  }
}

function endOf(left: readonly number[], right: readonly number[]) {
  return { baseStart: left.length, baseEnd: left.length, start: right.length, end: right.length };
}

function unpaired(cells: readonly Cell[], isPaired: (index: number) => boolean): number[] {
  return [...cells.keys()].filter((index) => !isPaired(index));
}

/** The same number for the same type and source. */
function keyOf({ cell_type, source }: Cell, keys: Map<string, number>): number {
  const content = `${cell_type}\n${source}`;
  const known = keys.get(content) ?? keys.size;
  keys.set(content, known);
  return known;
}

function pairByPosition(
  base: readonly Cell[],
  other: readonly Cell[],
  pairing: Pairing,
  mayPair: MayPair,
): void {
  for (const { left, right } of gapsOf(base, other, pairing)) {
    pairSimilar(left, right, pairing, (index, at) => {
      const [one, two] = [base[index]!, other[at]!];
      return mayPair(one, two) && areSimilar(one, two);
    });
    if (left.length !== right.length) continue;
    for (const [position, index] of left.entries()) {
      const at = right[position]!;
      if (pairing.pairs.has(index) || pairing.taken.has(at)) continue;
      if (mayPair(base[index]!, other[at]!)) pairing.pair(index, at);
    }
  }
}

/** In the order of both. */
function pairSimilar(
  left: readonly number[],
  right: readonly number[],
  pairing: Pairing,
  areAlike: (index: number, otherIndex: number) => boolean,
): void {
  if (left.length * right.length > maxComparisons) return;
  let next = 0;
  for (const index of left) {
    const found = right.findIndex((at, position) => position >= next && areAlike(index, at));
    if (found < 0) continue;
    pairing.pair(index, right[found]!);
    next = found + 1;
  }
}

/** The cells without a partner between two that are neighbours in both notebooks. */
function gapsOf(base: readonly Cell[], other: readonly Cell[], { pairs, taken }: Pairing) {
  const gaps: { left: number[]; right: number[] }[] = [];
  let left: number[] = [];
  let from = 0;
  for (let index = 0; index <= base.length; index++) {
    const partner = index === base.length ? other.length : pairs.get(index);
    if (partner === undefined) {
      left.push(index);
      continue;
    }
    if (partner < from) continue;
    const right: number[] = [];
    for (let at = from; at < partner; at++) if (!taken.has(at)) right.push(at);
    if (left.length > 0 && right.length > 0) gaps.push({ left, right });
    left = [];
    from = partner + 1;
  }
  return gaps;
}

function areSimilar(one: Cell, two: Cell): boolean {
  const lines = textLines(one.source.slice(0, maxComparedSource));
  const others = textLines(two.source.slice(0, maxComparedSource));
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  let shared = 0;
  for (const line of others) {
    const count = counts.get(line) ?? 0;
    if (count === 0) continue;
    counts.set(line, count - 1);
    shared += 1;
  }
  if (shared >= minSimilarity * Math.max(lines.length, others.length)) return true;
  return lines.length <= 1 && others.length <= 1 && sharesEnds(one.source, two.source);
}

/** Of two single lines: whether half of them is the same, from the beginning and from the end. */
function sharesEnds(one: string, two: string): boolean {
  const shorter = Math.min(one.length, two.length, maxComparedSource);
  let start = 0;
  while (start < shorter && one[start] === two[start]) start++;
  let end = 0;
  while (end < shorter - start && one.at(-1 - end) === two.at(-1 - end)) end++;
  return start + end > 0 && start + end >= minSimilarity * Math.max(one.length, two.length);
}
