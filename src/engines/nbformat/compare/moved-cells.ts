import type { CellPairs } from './match-cells.js';

/** The cells, by their indexes in the base, that have another order in the other notebook: as few as possible. */
export function movedCells(pairs: CellPairs): Set<number> {
  const sorted = [...pairs].sort(([a], [b]) => a - b);
  const kept = increasingPart(sorted.map(([, otherIndex]) => otherIndex));
  return new Set(sorted.filter((_pair, position) => !kept.has(position)).map(([index]) => index));
}

/**
 * The positions of as many values as possible that increase from one to the next.
 * @see https://en.wikipedia.org/wiki/Longest_increasing_subsequence#Efficient_algorithms
 */
function increasingPart(values: readonly number[]): Set<number> {
  /** By length, the position of the smallest value that ends so many increasing values. */
  const ends: number[] = [];
  const before: number[] = [];
  for (const [position, value] of values.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[ends[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    before.push(low === 0 ? -1 : ends[low - 1]!);
    ends[low] = position;
  }
  const kept = new Set<number>();
  for (let position = ends.at(-1) ?? -1; position >= 0; position = before[position]!) kept.add(position);
  return kept;
}
