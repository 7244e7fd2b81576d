import { isLosslessNumber } from 'lossless-json';

/** Whether a parsed value is a JSON object: not null, not an array, not a `LosslessNumber`. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}
