import { type ChangedRange, changedRanges } from '../compare/changed-ranges.js';
import { textLines } from '../compare/text-lines.js';

/**
 * Merges two changes of a text line by line. As in Git, changes of the same lines and of neighbouring lines are a conflict,
 * unless both sides have the same there.
 * @returns the merged text; null for a conflict
 * @see https://git-scm.com/docs/git-merge-file
 */
export function mergeTexts(base: string, ours: string, theirs: string): string | null {
  if (ours === theirs || base === theirs) return ours;
  if (base === ours) return theirs;
  const lines = { base: textLines(base), ours: textLines(ours), theirs: textLines(theirs) };
  const changes = [
    ...changedRanges(lines.base, lines.ours).map((range) => ({ ...range, lines: lines.ours })),
    ...changedRanges(lines.base, lines.theirs).map((range) => ({ ...range, lines: lines.theirs })),
  ].sort((a, b) => a.baseStart - b.baseStart || a.baseEnd - b.baseEnd);
  const merged: string[] = [];
  let at = 0;
  let last: Change | undefined;
  for (const change of changes) {
    if (last && change.baseStart <= last.baseEnd) {
      if (!isSame(last, change)) return null;
      continue;
    }
    append(merged, lines.base, at, change.baseStart);
    append(merged, change.lines, change.start, change.end);
    at = change.baseEnd;
    last = change;
  }
  append(merged, lines.base, at, lines.base.length);
  return merged.join('');
}

type Change = ChangedRange & { lines: readonly string[] };

function isSame(one: Change, two: Change): boolean {
  if (one.baseStart !== two.baseStart || one.baseEnd !== two.baseEnd) return false;
  const length = one.end - one.start;
  if (length !== two.end - two.start) return false;
  for (let index = 0; index < length; index++)
    if (one.lines[one.start + index] !== two.lines[two.start + index]) return false;
  return true;
}

/** Long lists are not spread: the arguments of a call have a limit. */
function append(into: string[], lines: readonly string[], from: number, to: number): void {
  for (let index = from; index < to; index++) into.push(lines[index]!);
}
