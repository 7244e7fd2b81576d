import { replaceNumberTokens } from './replace-number-tokens.js';

/** Replaces every float: the schemas distinguish floats from integers, but not one float from another. */
const anyFraction = 0.5;

/**
 * Converts a value for the JSON Schema validator, which knows only plain numbers. A `LosslessNumber` becomes an integer only
 * if Python reads it as an integer (`1.0` is a float). Parts without such numbers are shared, not copied.
 */
export function toValidatorInput(value: unknown): unknown {
  return replaceNumberTokens(value, plainNumber);
}

function plainNumber(token: string): number {
  if (/[.e]/.test(token)) return anyFraction;
  return Math.min(Math.max(Number(token), -Number.MAX_VALUE), Number.MAX_VALUE);
}
