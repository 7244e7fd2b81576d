/** What `insert` replaces, from `from` up to, but without, `to`: as CodeMirror describes changes. */
export interface TextReplacement {
  from: number;
  to: number;
  insert: string;
}

/** The one replacement that makes a text another one, without what both begin and end with; undefined where they are equal. */
export function minimalChange(before: string, after: string): TextReplacement | undefined {
  if (before === after) return undefined;
  const max = Math.min(before.length, after.length);
  let start = 0;
  while (start < max && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < max - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
