import { randomUUID } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import { replaceNumberTokens } from '../../../engines/nbformat/replace-number-tokens.js';

// Nobody outside can know it, so no text of a notebook is taken for a number.
const mark = randomUUID();
const marked = new RegExp(`"${mark}([^"]*)"`, 'g');

/** The result with marked texts for numbers that kept their tokens: graphql-sse writes with `JSON.stringify`. */
export function hideNumberTokens(result: ExecutionResult): ExecutionResult {
  return { ...result, data: replaceNumberTokens(result.data, (token) => mark + token) as never };
}

/** What graphql-sse wrote, with the numbers that {@link hideNumberTokens} hid. */
export function showNumberTokens(text: string): string {
  return text.replace(marked, '$1');
}
