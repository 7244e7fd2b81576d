/** Splits a text after each `\n`, which stays at the end of its line, as Git does. An empty text has no lines. */
export function textLines(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop()!;
  const whole = lines.map((line) => `${line}\n`);
  return last === '' ? whole : [...whole, last];
}
