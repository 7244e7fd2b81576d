import type { Prisma } from '../../prisma/generated/client/client.js';
import type { ExecutionEvent } from './execution-event.js';

/** Makes the row of an event: its type has its own column, the rest is JSON text. */
export function encode(
  executionId: string,
  sequence: number,
  event: ExecutionEvent,
): Prisma.ExecutionEventCreateManyInput {
  const { type, ...rest } = event;
  return { executionId, sequence, type, data: JSON.stringify(rest) };
}

/** Reads the event of a row; the inverse of {@link encode}. */
export function decode(row: { type: string; data: string }): ExecutionEvent {
  return { type: row.type, ...JSON.parse(row.data) };
}
