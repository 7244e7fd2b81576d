import { isDeepStrictEqual } from 'node:util';
import { isJsonObject } from '../json-object.js';
import type { JsonObject, JsonValue } from '../json-value.js';

/** The three versions of a thing: what two sides made of a common base. */
export interface Three<T> {
  base: T;
  ours: T;
  theirs: T;
}

/** How {@link mergeObjects} reports what both sides changed differently. */
export interface JsonMerge {
  /** The paths, by their keys, of which ours counts. */
  prefersOurs(path: readonly string[]): boolean;
  /** Receives the path of each conflict. */
  onConflict(path: readonly string[]): void;
}

/** Deeper objects are merged as one value. */
const maxDepth = 8;

/** Merges two changes of an object key by key, objects in it too; every other value is merged as a whole. */
export function mergeObjects(three: Three<JsonObject>, merge: JsonMerge, path: string[] = []): JsonObject {
  const merged: [string, JsonValue][] = [];
  for (const key of new Set([...Object.keys(three.ours), ...Object.keys(three.theirs)])) {
    const value = mergeMember(three, key, merge, [...path, key]);
    if (value !== undefined) merged.push([key, value]);
  }
  return Object.fromEntries(merged);
}

function mergeMember(
  { base, ours, theirs }: Three<JsonObject>,
  key: string,
  merge: JsonMerge,
  path: string[],
): JsonValue | undefined {
  const was = memberOf(base, key);
  const our = memberOf(ours, key);
  const their = memberOf(theirs, key);
  if (isDeepStrictEqual(our, their) || isDeepStrictEqual(was, their)) return our;
  if (isDeepStrictEqual(was, our)) return their;
  if (isJsonObject(our) && isJsonObject(their) && path.length < maxDepth) {
    const before = isJsonObject(was) ? (was as JsonObject) : {};
    return mergeObjects({ base: before, ours: our as JsonObject, theirs: their as JsonObject }, merge, path);
  }
  if (!merge.prefersOurs(path)) merge.onConflict(path);
  return our === undefined ? their : our;
}

function memberOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
