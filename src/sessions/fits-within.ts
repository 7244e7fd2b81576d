/** The bytes that a value without a text counts. */
const valueSize = 8;

/**
 * Whether a JSON value has at most `size` bytes, counted in characters of its texts and names, and 8 for each other value.
 * Stops as soon as it has more.
 */
export function fitsWithin(value: unknown, size: number): boolean {
  const waiting = [value];
  let left = size;
  while (waiting.length > 0 && left >= 0) {
    const next = waiting.pop();
    if (typeof next === 'string') left -= next.length;
    else left -= valueSize;
    if (typeof next !== 'object' || next === null) continue;
    for (const [name, item] of Object.entries(next)) {
      left -= name.length;
      if (left < 0) return false;
      waiting.push(item);
    }
  }
  return left >= 0;
}
