import { isLosslessNumber } from 'lossless-json';
import { hiddenNumber } from './hidden-numbers.js';
import type { JsonObject, JsonValue } from './json-value.js';
import { maxValues } from './limits.js';
import { pythonNumber } from './python-number.js';

/** What `JSON.stringify` writes otherwise than Python. */
class NeedsWriter extends Error {}

/** Units from the first surrogate on, which the usual order of JavaScript sorts otherwise than by code points. */
const needsCodePoints = /[\ud800-\uffff]/;
/** A key that an object of JavaScript moves to its beginning, whatever the order in which it was added. */
const isIndex = /^(0|[1-9]\d{0,9})$/;

/** Keys that were looked at and are written as they are. A notebook has the same few names again and again. */
const plainKeys = new Set<string>();
const maxPlainKeys = 1_000;
const maxPlainKeyLength = 64;

function isPlainKey(key: string): boolean {
  if (plainKeys.has(key)) return true;
  if (needsCodePoints.test(key) || isIndex.test(key) || key === '__proto__') return false;
  if (plainKeys.size < maxPlainKeys && key.length <= maxPlainKeyLength) plainKeys.add(key);
  return true;
}

/**
 * Sorts the keys of all objects in a value, so that `JSON.stringify` writes it as Python does: it is ten times as fast as a
 * writer of our own. Parts that are in order are shared, not copied.
 * @returns the value for `JSON.stringify`, whose text is for `showNumbers`; null where a writer of our own is needed: for keys
 *   that look like indexes or are sorted otherwise, texts with lone surrogates, and too many parts
 */
export function sortForStringify(value: JsonValue): JsonValue | null {
  let count = 0;
  try {
    return sort(value);
  } catch (error) {
    if (error instanceof NeedsWriter) return null;
    throw error;
  }

  function sort(part: JsonValue): JsonValue {
    count += 1;
    if (count > maxValues) throw new NeedsWriter();
    if (typeof part === 'string') return checked(part);
    if (typeof part === 'number') return written(part);
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return sortItems(part);
    if (isLosslessNumber(part)) return hiddenNumber(part.value);
    return sortMembers(part);
  }

  function sortItems(items: JsonValue[]): JsonValue[] {
    let copy: JsonValue[] | undefined;
    for (let index = 0; index < items.length; index++) {
      const item = items[index]!;
      const sorted = sort(item);
      if (sorted === item) continue;
      copy ??= [...items];
      copy[index] = sorted;
    }
    return copy ?? items;
  }

  function sortMembers(object: JsonObject): JsonObject {
    const keys = Object.keys(object);
    let isSame = true;
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!;
      if (!isPlainKey(key)) throw new NeedsWriter();
      if (index > 0 && keys[index - 1]! > key) isSame = false;
    }
    if (!isSame) keys.sort();
    const sorted: JsonObject = {};
    for (const key of keys) {
      const member = object[key]!;
      const value = sort(member);
      sorted[key] = value;
      if (value !== member) isSame = false;
    }
    return isSame ? object : sorted;
  }
}

/** A number whose token Python writes otherwise is hidden in a string. */
function written(value: number): JsonValue {
  const token = pythonNumber(value) ?? 'null';
  return token === String(value) ? value : hiddenNumber(token);
}

function checked(text: string): string {
  if (!text.isWellFormed()) throw new NeedsWriter();
  return text;
}
