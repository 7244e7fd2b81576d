/** A piece of a LaTeX text: words, or a formula in or between the lines. */
export interface LatexPart {
  kind: 'words' | 'inline' | 'display';
  text: string;
}

/** What opens a formula, what closes it, and how it is shown. The longer one is tried first. */
const delimiters = [
  ['$$', '$$', 'display'],
  ['$', '$', 'inline'],
  ['\\[', '\\]', 'display'],
  ['\\(', '\\)', 'inline'],
] as const;

const environment = /\\begin\{([A-Za-z]+\*?)\}/y;

/**
 * The words and the formulas of a LaTeX text, as MathJax finds them in a page. A text that is one formula, with or without
 * delimiters, is shown between the lines.
 */
export function latexParts(text: string): LatexPart[] {
  const parts: LatexPart[] = [];
  /** What does not close again after some position; so a text is read once. */
  const unclosed = new Set<string>();
  let begin = 0;
  let at = 0;
  while (at < text.length) {
    const found = formulaAt(text, at, unclosed);
    if (found) {
      if (at > begin) parts.push(wordsOf(text.slice(begin, at)));
      parts.push(found.part);
      begin = at = found.end;
    } else at += text[at] === '\\' ? 2 : 1;
  }
  if (begin < text.length) parts.push(wordsOf(text.slice(begin)));
  return alone(parts, text);
}

function formulaAt(
  text: string,
  at: number,
  unclosed: Set<string>,
): { part: LatexPart; end: number } | undefined {
  if (text[at] !== '$' && text[at] !== '\\') return undefined;
  environment.lastIndex = at;
  const name = environment.exec(text)?.[1];
  if (name !== undefined) {
    const end = endOf(text, `\\end{${name}}`, at, unclosed);
    return end > 0 ? { part: { kind: 'display', text: text.slice(at, end) }, end } : undefined;
  }
  for (const [open, close, kind] of delimiters) {
    if (!text.startsWith(open, at)) continue;
    const end = endOf(text, close, at + open.length, unclosed);
    const formula = end && text.slice(at + open.length, end - close.length);
    if (formula && formula.trim() !== '') return { part: { kind, text: formula }, end };
  }
  return undefined;
}

/** Where the next unescaped `close` ends; 0 where there is none. */
function endOf(text: string, close: string, from: number, unclosed: Set<string>): number {
  if (unclosed.has(close)) return 0;
  let at = text.indexOf(close, from);
  while (at > 0 && close[0] === '$' && isEscaped(text, at)) at = text.indexOf(close, at + 1);
  if (at >= 0) return at + close.length;
  unclosed.add(close);
  return 0;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

const wordsOf = (text: string): LatexPart => ({ kind: 'words', text: text.replaceAll('\\$', '$') });

function alone(parts: LatexPart[], text: string): LatexPart[] {
  const shown = parts.filter((part) => part.kind !== 'words' || part.text.trim() !== '');
  const [first] = shown;
  if (!first || shown.length > 1) return parts;
  if (first.kind !== 'words') return [{ ...first, kind: 'display' }];
  return /[\\^_]/.test(text) && !text.includes('$') ? [{ kind: 'display', text: text.trim() }] : parts;
}
