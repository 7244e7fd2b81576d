import { isLosslessNumber } from 'lossless-json';

/**
 * Converts the `LosslessNumber` members of a parsed object to plain numbers (`30.0` becomes 30), or the value itself if it is
 * one. Deeper numbers keep their tokens, because notebooks need them. Modifies the object.
 * @param value a value of `parseJson`, e.g. the body of a request
 */
export function withPlainTopLevelNumbers(value: unknown): unknown {
  if (isLosslessNumber(value)) return Number(value.value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const object = value as Record<string, unknown>;
  for (const [key, member] of Object.entries(object)) {
    if (isLosslessNumber(member)) object[key] = Number(member.value);
  }
  return object;
}
