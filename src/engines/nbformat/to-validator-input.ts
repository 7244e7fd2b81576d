import { replaceNumberTokens } from './replace-number-tokens.js';

/** Stands for each float: schemas of notebooks tell floats from integers, but not one float from another. */
const anyFraction = 0.5;

/**
 * The value as a JSON Schema validator has to see it: numbers that kept their tokens become plain ones, whole only where
 * Python has an integer (`1.0` is none). Parts without such numbers are shared, not copied.
 */
export function withPlainNumbers(value: unknown): unknown {
  return replaceNumberTokens(value, plainNumber);
}

function plainNumber(token: string): number {
  if (/[.e]/.test(token)) return anyFraction;
  return Math.min(Math.max(Number(token), -Number.MAX_VALUE), Number.MAX_VALUE);
}
