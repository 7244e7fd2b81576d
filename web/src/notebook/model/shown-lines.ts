import type { TextChange } from './diff-notebooks.js';

/** This many lines of a difference are shown. */
const maxLines = 2_000;

/** A piece of a text that was kept, added or removed, by its lines. */
export interface ShownChange {
  kind: TextChange['kind'];
  lines: string[];
}

/** The first lines of a difference, and how many more it has. */
export function shownLines(changes: readonly TextChange[]): { changes: ShownChange[]; hidden: number } {
  const shown: ShownChange[] = [];
  let left = maxLines;
  let hidden = 0;
  for (const { kind, text } of changes) {
    const lines = linesOf(text);
    const kept = lines.slice(0, left);
    if (kept.length > 0) shown.push({ kind, lines: kept });
    left -= kept.length;
    hidden += lines.length - kept.length;
  }
  return { changes: shown, hidden };
}

const linesOf = (text: string) => (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
