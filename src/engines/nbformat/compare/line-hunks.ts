import { type ChangedRange, changedRanges } from './changed-ranges.js';
import { textLines } from './text-lines.js';

/** Lines of two texts that differ, with up to three equal lines around them, as `git diff` shows them. */
export interface LineHunk {
  /** The number of the first line in the base, from 1; where the hunk has none of them, that of the line before it. */
  baseStart: number;
  baseLines: number;
  headStart: number;
  headLines: number;
  /**
   * Each begins with a space where both have it, with `-` or with `+`. `\ No newline at end of file` follows a last line
   * without one.
   */
  lines: string[];
}

/** Hunks, and whether there would be more. */
export interface LineDifference {
  hunks: LineHunk[];
  isTruncated: boolean;
}

const contextLines = 3;
/** Of all hunks of two texts together. */
const maxShownLines = 20_000;
const noNewline = '\\ No newline at end of file';

/**
 * Compares two texts line by line. After 20,000 lines of hunks the rest is left out.
 * @see https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 */
export function lineHunks(base: string, head: string): LineDifference {
  const [before, after] = [textLines(base), textLines(head)];
  const hunks: LineHunk[] = [];
  let left = maxShownLines;
  for (const group of groupsOf(changedRanges(before, after))) {
    if (left <= 0) return { hunks, isTruncated: true };
    const hunk = hunkOf(group, before, after);
    if (hunk.lines.length > left) {
      hunks.push(cut(hunk, left));
      return { hunks, isTruncated: true };
    }
    left -= hunk.lines.length;
    hunks.push(hunk);
  }
  return { hunks, isTruncated: false };
}

/** Ranges whose surrounding lines touch are one hunk. */
function groupsOf(ranges: readonly ChangedRange[]): ChangedRange[][] {
  const groups: ChangedRange[][] = [];
  for (const range of ranges) {
    const before = groups.at(-1)?.at(-1);
    if (before && range.baseStart - before.baseEnd <= 2 * contextLines) groups.at(-1)!.push(range);
    else groups.push([range]);
  }
  return groups;
}

function hunkOf(group: readonly ChangedRange[], before: string[], after: string[]): LineHunk {
  const [first, last] = [group[0]!, group.at(-1)!];
  const lead = Math.min(contextLines, first.baseStart);
  const from = first.baseStart - lead;
  const to = Math.min(before.length, last.baseEnd + contextLines);
  const lines: string[] = [];
  let at = from;
  for (const range of group) {
    addLines(lines, ' ', before, at, range.baseStart);
    addLines(lines, '-', before, range.baseStart, range.baseEnd);
    addLines(lines, '+', after, range.start, range.end);
    at = range.baseEnd;
  }
  addLines(lines, ' ', before, at, to);
  const baseLines = to - from;
  const headFrom = first.start - lead;
  const headLines = last.end + (to - last.baseEnd) - headFrom;
  return {
    baseStart: baseLines === 0 ? from : from + 1,
    baseLines,
    headStart: headLines === 0 ? headFrom : headFrom + 1,
    headLines,
    lines,
  };
}

function addLines(into: string[], mark: string, lines: readonly string[], from: number, to: number): void {
  for (let index = from; index < to; index++) {
    const line = lines[index]!;
    if (line.endsWith('\n')) into.push(mark + line.slice(0, -1));
    else into.push(mark + line, noNewline);
  }
}

function cut(hunk: LineHunk, length: number): LineHunk {
  const lines = hunk.lines.slice(0, length);
  const count = (mark: string) => lines.filter((line) => line[0] === mark).length;
  const shared = count(' ');
  return { ...hunk, lines, baseLines: shared + count('-'), headLines: shared + count('+') };
}
