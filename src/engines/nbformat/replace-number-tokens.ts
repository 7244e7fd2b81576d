import { isLosslessNumber } from 'lossless-json';
import { JsonText } from './json-text.js';

/**
 * Replaces each `LosslessNumber` in a value. Parts without such numbers are shared, not copied.
 * @param value a JSON value; it is not modified
 * @param replace gets the token of the number and returns the new value
 * @param replaceText gets each part that is written already; default: it stays
 */
export function replaceNumberTokens(
  value: unknown,
  replace: (token: string) => unknown,
  replaceText: (text: JsonText) => unknown = (text) => text,
): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    let items: unknown[] | undefined;
    for (let index = 0; index < value.length; index++) {
      const replaced = replaceNumberTokens(value[index], replace, replaceText);
      if (replaced === value[index]) continue;
      items ??= [...value];
      items[index] = replaced;
    }
    return items ?? value;
  }
  if (isLosslessNumber(value)) return replace(value.value);
  if (value instanceof JsonText) return replaceText(value);
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key];
    const replaced = replaceNumberTokens(member, replace, replaceText);
    if (replaced === member) continue;
    copy ??= { ...value };
    copy[key] = replaced;
  }
  return copy ?? value;
}
