import { isLosslessNumber } from 'lossless-json';

/**
 * A value of `parseJson` whose own members are plain numbers where they are numbers, and so is the value itself: `30.0`
 * is 30. What is nested deeper keeps its tokens, as notebooks need it.
 */
export function withPlainMembers(value: unknown): unknown {
  if (isLosslessNumber(value)) return Number(value.value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const object = value as Record<string, unknown>;
  for (const [key, member] of Object.entries(object)) {
    if (isLosslessNumber(member)) object[key] = Number(member.value);
  }
  return object;
}
