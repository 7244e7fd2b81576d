import { isLosslessNumber } from 'lossless-json';

/** The value if it is a JSON object, else an empty one. For data that a server or a kernel controls. */
export function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)
    ? (value as Record<string, unknown>)
    : {};
}
