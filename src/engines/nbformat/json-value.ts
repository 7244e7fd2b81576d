import type { LosslessNumber } from 'lossless-json';

/** A JSON value as `parseJson` returns it. */
export type JsonValue = null | boolean | number | string | LosslessNumber | JsonValue[] | JsonObject;

/** A JSON object as `parseJson` returns it; a key `__proto__` is an ordinary own property. */
export interface JsonObject {
  [key: string]: JsonValue;
}
