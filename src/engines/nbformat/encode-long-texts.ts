import { LoopPace } from '../../paging/loop-pace.js';

/** Shorter texts are written in one step. */
const minLength = 256 * 1024;
/** This many characters are written in one step. */
const stepLength = 256 * 1024;
const firstHighSurrogate = 0xd800;
const lastHighSurrogate = 0xdbff;

/** By long text, its JSON without the quotes, in UTF-8. */
export type EncodedTexts = ReadonlyMap<string, readonly Uint8Array[]>;

/**
 * Writes the texts of 256 Ki characters or more in a JSON value, in steps that leave the event loop free in between.
 * @returns undefined where there are none
 */
export async function encodeLongTexts(value: unknown): Promise<EncodedTexts | undefined> {
  const found = new Set<string>();
  collect(value, found);
  if (found.size === 0) return undefined;
  const pace = new LoopPace();
  const encoded = new Map<string, Uint8Array[]>();
  for (const text of found) encoded.set(text, await encode(text, pace));
  return encoded;
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') {
    if (value.length >= minLength) found.add(value);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, found);
  } else if (isPlainObject(value)) {
    for (const key in value) collect(value[key], found);
  }
}

/** The results of GraphQL have no prototype; texts that are written already have one of their own. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

async function encode(text: string, pace: LoopPace): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < text.length; ) {
    await pace.next();
    const to = endOfStep(text, from + stepLength);
    pieces.push(Buffer.from(JSON.stringify(text.slice(from, to)).slice(1, -1)));
    from = to;
  }
  return pieces;
}

/** A step must not cut a pair of surrogates: each alone would be written as an escape. */
function endOfStep(text: string, end: number): number {
  const last = text.charCodeAt(end - 1);
  return last >= firstHighSurrogate && last <= lastHighSurrogate ? end + 1 : end;
}
