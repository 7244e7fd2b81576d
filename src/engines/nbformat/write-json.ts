import { isLosslessNumber } from 'lossless-json';
import type { EncodedTexts } from './encode-long-texts.js';
import { hiddenNumber, showNumbers } from './hidden-numbers.js';
import { JsonText } from './json-text.js';
import { replaceNumberTokens } from './replace-number-tokens.js';
import { TextPieces } from './text-pieces.js';

/**
 * Writes compact JSON in pieces: each `LosslessNumber` as its token, each {@link JsonText} as it is, every other value as
 * `JSON.stringify` does.
 * @param long its long texts, from `encodeLongTexts`; default none
 */
export function writeJson(value: unknown, long?: EncodedTexts): TextPieces {
  const pieces = new TextPieces();
  if (long) {
    write(pieces, value, long);
    return pieces;
  }
  let hasTexts = false;
  // Where nothing is hidden, this is the value itself.
  const plain = replaceNumberTokens(value, hiddenNumber, (text) => {
    hasTexts = true;
    return text;
  });
  // The writer of JavaScript is ten times as fast as ours.
  if (hasTexts) write(pieces, value);
  else if (plain === value) pieces.add(JSON.stringify(value) ?? 'null');
  else pieces.add(showNumbers(JSON.stringify(plain)));
  return pieces;
}

const noTexts: EncodedTexts = new Map();

function write(to: TextPieces, value: unknown, long = noTexts): void {
  if (typeof value === 'string' && long.has(value)) writeEncoded(to, long.get(value)!);
  else if (typeof value !== 'object' || value === null) to.add(JSON.stringify(value) ?? 'null');
  else if (isLosslessNumber(value)) to.add(value.value);
  else if (value instanceof JsonText) to.addBytes(value.bytes);
  else if (Array.isArray(value)) writeArray(to, value, long);
  else if (typeof (value as { toJSON?: unknown }).toJSON === 'function')
    to.add(JSON.stringify(value) ?? 'null');
  else writeObject(to, value as Record<string, unknown>, long);
}

function writeEncoded(to: TextPieces, text: readonly Uint8Array[]): void {
  to.add('"');
  for (const piece of text) to.addBytes(piece);
  to.add('"');
}

function writeArray(to: TextPieces, array: unknown[], long: EncodedTexts): void {
  to.add('[');
  for (let index = 0; index < array.length; index++) {
    if (index > 0) to.add(',');
    write(to, array[index], long);
  }
  to.add(']');
}

function writeObject(to: TextPieces, object: Record<string, unknown>, long: EncodedTexts): void {
  let before = '{';
  for (const key of Object.keys(object)) {
    const member = object[key];
    if (member === undefined || typeof member === 'function' || typeof member === 'symbol') continue;
    to.add(`${before}${JSON.stringify(key)}:`);
    write(to, member, long);
    before = ',';
  }
  to.add(before === '{' ? '{}' : '}');
}
