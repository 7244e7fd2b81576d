import { isLosslessNumber } from 'lossless-json';

/** Stands for each float: schemas of notebooks tell floats from integers, but not one float from another. */
const anyFraction = 0.5;

/**
 * The value as a JSON Schema validator has to see it: numbers that kept their tokens become plain ones, whole only where
 * Python has an integer (`1.0` is none). Parts without such numbers are shared, not copied.
 */
export function withPlainNumbers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(withPlainNumbers);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (isLosslessNumber(value)) return plainNumber(value.value);
  let copy: Record<string, unknown> | undefined;
  for (const [key, member] of Object.entries(value)) {
    const plain = withPlainNumbers(member);
    if (plain === member) continue;
    copy ??= { ...value };
    copy[key] = plain;
  }
  return copy ?? value;
}

function plainNumber(token: string): number {
  if (/[.e]/.test(token)) return anyFraction;
  return Math.min(Math.max(Number(token), -Number.MAX_VALUE), Number.MAX_VALUE);
}
