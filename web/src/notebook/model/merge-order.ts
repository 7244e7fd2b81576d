/**
 * The order of cells after a three-way merge. Where only one side moved cells its order counts; where both did, ours.
 * New cells of the other side come after the cell that they followed there.
 * @param kept the ids of the merged cells
 */
export function mergeOrder(
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
  kept: ReadonlySet<string>,
): string[] {
  const weMoved = !sameOrder(base, ours);
  const [spine, other] = weMoved ? [ours, theirs] : [theirs, ours];
  const order = spine.filter((id) => kept.has(id));
  const known = new Set(order);
  for (const source of [other, base]) addMissing(order, known, source, kept);
  return order;
}

/** Puts what the order does not have yet after the cell that it follows in a source. */
function addMissing(
  order: string[],
  known: Set<string>,
  source: readonly string[],
  kept: ReadonlySet<string>,
): void {
  let previous: string | undefined;
  for (const id of source) {
    if (!kept.has(id)) continue;
    if (!known.has(id)) {
      order.splice(previous === undefined ? 0 : order.indexOf(previous) + 1, 0, id);
      known.add(id);
    }
    previous = id;
  }
}

/** Whether the ids that both have are in the same order in both. */
function sameOrder(one: readonly string[], other: readonly string[]): boolean {
  const inOne = new Set(one);
  const inOther = new Set(other);
  const common = other.filter((id) => inOne.has(id));
  return one.filter((id) => inOther.has(id)).every((id, index) => id === common[index]);
}
