import { encode } from './event-codec.js';
import { executionResult } from './execution-result.js';
import type { ExecutionServices } from './execution-services.js';

const maxDeleted = 1_000;

type PruneServices = Pick<ExecutionServices, 'executionLog' | 'prisma'>;

/**
 * Cuts the log of an ended execution down to its end and, before it, a `reset` event with the outputs. Numbers stay: the
 * `reset` has the number of the last event before the end. Can be repeated after a crash at any point, because the `reset`
 * is written first.
 */
export async function pruneLog(services: PruneServices, executionId: string): Promise<void> {
  const { prisma } = services;
  const end = await prisma.executionEvent.findFirst({
    where: { executionId, type: { in: ['final_response', 'failure'] } },
    orderBy: { sequence: 'desc' },
  });
  // The table has no row for the first event, so that a log of two events has nothing to remove.
  if (end && end.sequence > 2) await pruneBefore(services, executionId, end.sequence - 1);
  await prisma.execution.updateMany({ where: { id: executionId }, data: { logPrunedAt: new Date() } });
}

async function pruneBefore(services: PruneServices, executionId: string, last: number): Promise<void> {
  const { prisma } = services;
  const key = { executionId_sequence: { executionId, sequence: last } };
  const before = await prisma.executionEvent.findUnique({ where: key, select: { type: true } });
  if (before?.type !== 'reset') {
    const { outputs, truncated } = await executionResult(services, { id: executionId });
    const reset = encode(executionId, last, { type: 'reset', outputs, truncated });
    await prisma.executionEvent.upsert({ where: key, create: reset, update: reset });
  }
  for (let from = 0; from < last; from += maxDeleted) {
    const sequence = { gte: from, lt: Math.min(from + maxDeleted, last) };
    await prisma.executionEvent.deleteMany({ where: { executionId, sequence } });
  }
}
