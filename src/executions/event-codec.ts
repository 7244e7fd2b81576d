import type { Prisma } from '../../prisma/generated/client/client.js';
import type { ExecutionEvent } from './execution-event.js';

/** A row of the log; the event's type has a column of its own, the rest is JSON text. */
export function encode(
  executionId: string,
  sequence: number,
  event: ExecutionEvent,
): Prisma.ExecutionEventCreateManyInput {
  const { type, ...rest } = event;
  return { executionId, sequence, type, data: JSON.stringify(rest) };
}

/** The event of a row. */
export function decode(row: { type: string; data: string }): ExecutionEvent {
  return { type: row.type, ...JSON.parse(row.data) };
}
