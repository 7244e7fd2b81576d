/** The cells of one notebook, by keys that name the same cell in all three. */
export interface CellOrder {
  base: readonly number[];
  ours: readonly number[];
  theirs: readonly number[];
}

/**
 * The order of the merged cells: that of ours, or that of theirs where only theirs moved cells. A cell that the other side
 * added, or alone still has, follows the cell that it follows there; of what both added at the same point, the cells of the
 * first order come first.
 * @param kept the keys of the merged notebook; each is in ours or in theirs
 */
export function mergeOrder({ base, ours, theirs }: CellOrder, kept: ReadonlySet<number>): number[] {
  const isTheirs = !hasMoved(base, ours) && hasMoved(base, theirs);
  const [first, second] = isTheirs ? [theirs, ours] : [ours, theirs];
  const skeleton = first.filter((key) => kept.has(key));
  const known = new Set(skeleton);
  const inSecond = new Set(second);
  const followers = new Map<number | null, number[]>();
  let before: number | null = null;
  for (const key of second) {
    if (known.has(key)) before = key;
    else if (kept.has(key)) {
      const list = followers.get(before);
      if (list) list.push(key);
      else followers.set(before, [key]);
    }
  }
  const merged: number[] = [];
  let waiting = followers.get(null) ?? [];
  for (const key of skeleton) {
    if (inSecond.has(key)) {
      for (const one of waiting) merged.push(one);
      waiting = followers.get(key) ?? [];
    }
    merged.push(key);
  }
  for (const one of waiting) merged.push(one);
  return merged;
}

/** Whether cells of the base have another order. */
function hasMoved(base: readonly number[], side: readonly number[]): boolean {
  const positions = new Map(base.map((key, position) => [key, position]));
  let last = -1;
  for (const key of side) {
    const position = positions.get(key);
    if (position === undefined) continue;
    if (position < last) return true;
    last = position;
  }
  return false;
}
