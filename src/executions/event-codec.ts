import type { Prisma } from '../../prisma/generated/client/client.js';
import { parseJson, stringifyJson } from '../engines/nbformat/json.js';
import type { ExecutionEvent } from './execution-event.js';

/** The events without data of the user's own; the others have numbers that must not change. */
const plain = new Set<string>(['status', 'execute_input', 'stream', 'error', 'clear_output', 'output_lost']);

/** Makes the row of an event: its type has its own column, the rest is JSON text. */
export function encode(
  executionId: string,
  sequence: number,
  event: ExecutionEvent,
): Prisma.ExecutionEventCreateManyInput {
  const { type, ...rest } = event;
  const data = plain.has(type) ? JSON.stringify(rest) : stringifyJson(rest);
  return { executionId, sequence, type, data };
}

/** Reads the event of a row; the inverse of {@link encode}. */
export function decode({ type, data }: { type: string; data: string }): ExecutionEvent {
  return { type, ...readFields(type, data) };
}

function readFields(type: string, data: string) {
  if (plain.has(type)) return JSON.parse(data);
  try {
    return parseJson(data);
  } catch {
    // It nests deeper, or has more values, than number tokens are kept in.
    return JSON.parse(data);
  }
}

/** How many characters of JSON an event or an output has, about. */
export function jsonSize(value: object): number {
  return stringifyJson(value).length;
}
