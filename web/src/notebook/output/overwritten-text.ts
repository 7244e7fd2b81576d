/**
 * A text as a terminal would show it: a carriage return begins the line anew, a backspace removes a character. Jupyter's
 * clients do the same with progress bars.
 */
export function overwrittenText(text: string): string {
  if (!/[\r\b]/.test(text)) return text;
  return text.split('\n').map(overwrittenLine).join('\n');
}

/** Of a line that is written again and again the last so many times count. */
const maxRewrites = 200;

function overwrittenLine(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === '\r') end -= 1;
  let shown = '';
  for (const piece of line.slice(0, end).split('\r').slice(-maxRewrites)) {
    const written = withoutErased(piece);
    shown = written + (hasColors(shown) || hasColors(written) ? '' : shown.slice(written.length));
  }
  return shown;
}

const hasColors = (text: string) => text.includes('\u001b');

function withoutErased(text: string): string {
  if (!text.includes('\b')) return text;
  const kept: string[] = [];
  for (const char of text) {
    if (char === '\b') kept.pop();
    else kept.push(char);
  }
  return kept.join('');
}
