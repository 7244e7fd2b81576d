/** Counts a JSON value and the values inside of it; stops soon after a maximum. */
export function countValues(value: unknown, max: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    count += countValues(member, max);
    if (count > max) break;
  }
  return count;
}
