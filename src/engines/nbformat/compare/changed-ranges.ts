import { diffArrays } from 'diff';

/** A part of a sequence that another sequence has instead; indexes from 0, ends excluded. */
export interface ChangedRange {
  baseStart: number;
  baseEnd: number;
  start: number;
  end: number;
}

/** The search for a shortest script takes time by the square of its edits. */
const maxEdits = 1_000;

/**
 * The parts in which a sequence differs from its base, in order. Beyond 1,000 edits it is one part, from the first to the last
 * difference.
 * @param base values that are compared by `===`
 */
export function changedRanges<T extends string | number>(
  base: readonly T[],
  other: readonly T[],
): ChangedRange[] {
  const { start, baseEnd, end } = differingPart(base, other);
  if (start === baseEnd && start === end) return [];
  const whole = { baseStart: start, baseEnd, start, end };
  if (start === baseEnd || start === end) return [whole];
  const script = diffArrays(base.slice(start, baseEnd), other.slice(start, end), { maxEditLength: maxEdits });
  return script ? rangesOf(script, start) : [whole];
}

/** Leaves out what both have in common at their beginning and at their end. */
function differingPart<T>(base: readonly T[], other: readonly T[]) {
  const shorter = Math.min(base.length, other.length);
  let start = 0;
  while (start < shorter && base[start] === other[start]) start++;
  let same = 0;
  while (same < shorter - start && base.at(-1 - same) === other.at(-1 - same)) same++;
  return { start, baseEnd: base.length - same, end: other.length - same };
}

function rangesOf(script: ReturnType<typeof diffArrays>, offset: number): ChangedRange[] {
  const ranges: ChangedRange[] = [];
  let [at, otherAt] = [offset, offset];
  let open: ChangedRange | undefined;
  for (const { added, removed, count } of script) {
    if (!added && !removed) {
      open = undefined;
      at += count;
      otherAt += count;
      continue;
    }
    if (!open) {
      open = { baseStart: at, baseEnd: at, start: otherAt, end: otherAt };
      ranges.push(open);
    }
    if (removed) at += count;
    else otherAt += count;
    open.baseEnd = at;
    open.end = otherAt;
  }
  return ranges;
}
