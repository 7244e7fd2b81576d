import { randomUUID } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import { replaceNumberTokens } from '../../../engines/nbformat/replace-number-tokens.js';

// A client cannot know it, so no text of a notebook can be mistaken for a number.
const mark = randomUUID();
const marked = new RegExp(`"${mark}([^"]*)"`, 'g');

/** Replaces numbers that have kept their tokens with marked strings, because graphql-sse uses `JSON.stringify`. */
export function hideNumberTokens(result: ExecutionResult): ExecutionResult {
  return { ...result, data: replaceNumberTokens(result.data, (token) => mark + token) as never };
}

/** Replaces the strings of {@link hideNumberTokens} in serialized text with their numbers. */
export function showNumberTokens(text: string): string {
  return text.replace(marked, '$1');
}
