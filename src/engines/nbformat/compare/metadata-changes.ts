import { isDeepStrictEqual } from 'node:util';
import { isJsonObject } from '../json-object.js';
import type { JsonObject, JsonValue } from '../json-value.js';

/** A value of the metadata that differs. */
export interface MetadataChange {
  /** The keys that lead to it. */
  path: string[];
  /** Undefined where the base does not have it. */
  base?: JsonValue;
  /** Undefined where the head does not have it. */
  head?: JsonValue;
}

const maxChanges = 1_000;
/** Deeper objects are compared as a whole. */
const maxDepth = 8;

/** The values in which the metadata of two notebooks differ, key by key; the first 1,000 of them. */
export function metadataChanges(base: JsonObject, head: JsonObject): MetadataChange[] {
  const changes: MetadataChange[] = [];
  collect(changes, [], base, head);
  return changes;
}

function collect(changes: MetadataChange[], path: string[], base: JsonObject, head: JsonObject): void {
  for (const key of new Set([...Object.keys(base), ...Object.keys(head)])) {
    if (changes.length >= maxChanges) return;
    const before = Object.hasOwn(base, key) ? base[key] : undefined;
    const after = Object.hasOwn(head, key) ? head[key] : undefined;
    const at = [...path, key];
    if (isJsonObject(before) && isJsonObject(after) && at.length < maxDepth)
      collect(changes, at, before as JsonObject, after as JsonObject);
    else if (!isDeepStrictEqual(before, after)) changes.push({ path: at, base: before, head: after });
  }
}
