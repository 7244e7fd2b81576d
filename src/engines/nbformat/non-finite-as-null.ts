import { isLosslessNumber } from 'lossless-json';

/**
 * Replaces NaN and infinite numbers in a value of `parseRequestJson` with null, as notebooks are read. Parts without such
 * numbers are shared, not copied.
 */
export function nonFiniteAsNull(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null || isLosslessNumber(value)) return value;
  if (Array.isArray(value)) {
    const items = value.map(nonFiniteAsNull);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const changed = Object.entries(value).flatMap(([key, member]) => {
    const replaced = nonFiniteAsNull(member);
    return replaced === member ? [] : [[key, replaced] as const];
  });
  return changed.length === 0 ? value : { ...value, ...Object.fromEntries(changed) };
}
