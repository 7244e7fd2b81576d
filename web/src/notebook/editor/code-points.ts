/** The number of Unicode code points before a position in UTF-16 units: what Jupyter counts. */
export function toCodePoints(text: string, position: number): number {
  let count = 0;
  for (const char of text.slice(0, position)) count += char === '' ? 0 : 1;
  return count;
}

/** The position in UTF-16 units after so many Unicode code points. */
export function fromCodePoints(text: string, count: number): number {
  let position = 0;
  let left = count;
  for (const char of text) {
    if (left-- <= 0) break;
    position += char.length;
  }
  return position;
}
