import { randomUUID } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import { hiddenNumber, showNumbers } from '../../../engines/nbformat/hidden-numbers.js';
import type { JsonText } from '../../../engines/nbformat/json-text.js';
import { replaceNumberTokens } from '../../../engines/nbformat/replace-number-tokens.js';

// A client cannot know it, so no text can be mistaken for one of these.
const mark = randomUUID();
const marked = new RegExp(`"${mark}([^"]*)"`, 'g');

/**
 * Replaces numbers that have kept their tokens, and JSON that is written already, with marked strings, because graphql-sse uses
 * `JSON.stringify`.
 */
export function hideNumberTokens(result: ExecutionResult): ExecutionResult {
  const data = replaceNumberTokens(result.data, hiddenNumber, hiddenText);
  return { ...result, data: data as never };
}

/** Replaces the strings of {@link hideNumberTokens} in serialized text with what they stand for. */
export function showNumberTokens(text: string): string {
  return showNumbers(text).replace(marked, (_all, content: string) =>
    Buffer.from(content, 'base64').toString(),
  );
}

/** In base64, which `JSON.stringify` does not escape. */
function hiddenText({ bytes }: JsonText): string {
  return `${mark}${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
}
