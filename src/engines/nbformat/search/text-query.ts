/** A text to find, of one line. */
export interface TextQuery {
  text: string;
  isCaseSensitive: boolean;
}

/** A line that contains the text. */
export interface LineMatch {
  /** From 1. */
  line: number;
  /** The part of the line around the first match, of at most 240 UTF-16 units. */
  snippet: string;
  /** Where the match begins in the snippet, and how long it is, in UTF-16 units. */
  start: number;
  length: number;
}

const maxSnippet = 240;
/** How much of the line is shown before the match. */
const lead = 60;
const newline = '\n';

/** The expression that finds the text; it keeps no position of its own. */
export function expressionOf({ text, isCaseSensitive }: TextQuery): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), isCaseSensitive ? 'gu' : 'giu');
}

/**
 * The lines of a text that contain another, each once.
 * @param max no more are looked for
 */
export function* matchingLines(text: string, query: TextQuery, max: number): Generator<LineMatch> {
  const expression = expressionOf(query);
  let line = 1;
  let lineStart = 0;
  for (let found = 0; found < max; found++) {
    const match = expression.exec(text);
    if (!match) return;
    for (let next = text.indexOf(newline, lineStart); next >= 0 && next < match.index; ) {
      line += 1;
      lineStart = next + 1;
      next = text.indexOf(newline, lineStart);
    }
    const end = text.indexOf(newline, match.index);
    const lineEnd = end < 0 ? text.length : end;
    yield { line, ...snippetOf(text, { lineStart, lineEnd, at: match.index, length: match[0].length }) };
    expression.lastIndex = lineEnd;
  }
}

/** The part of a line around a match. */
function snippetOf(
  text: string,
  { lineStart, lineEnd, at, length }: { lineStart: number; lineEnd: number; at: number; length: number },
): Pick<LineMatch, 'snippet' | 'start' | 'length'> {
  let from = Math.max(lineStart, at - lead);
  if (isLowSurrogate(text, from)) from += 1;
  let to = Math.min(lineEnd, from + maxSnippet);
  if (isLowSurrogate(text, to)) to -= 1;
  const snippet = text.slice(from, to).replace(/\r$/, '');
  const start = Math.min(at - from, snippet.length);
  return { snippet, start, length: Math.min(length, snippet.length - start) };
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
