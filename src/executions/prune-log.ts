import { encode } from './event-codec.js';
import { executionResult } from './execution-result.js';
import type { ExecutionServices } from './execution-services.js';

const maxDeleted = 1_000;

type PruneServices = Pick<ExecutionServices, 'executionLog' | 'prisma'>;

/**
 * Cuts the log of an ended execution down to its end and, before it, a `reset` event with the outputs. Numbers stay: the
 * `reset` has the number of the last event before the end. Late events are replaced by a late `reset`. Can be repeated after a
 * crash at any point, because the `reset` is written first.
 */
export async function pruneLog(services: PruneServices, executionId: string): Promise<void> {
  const { prisma } = services;
  const end = await prisma.executionEvent.findFirst({
    where: { executionId, type: { in: ['final_response', 'failure'] } },
    orderBy: { sequence: 'desc' },
  });
  if (end) await pruneLate(services, executionId, end.sequence);
  // The table has no row for the first event, so that a log of two events has nothing to remove.
  if (end && end.sequence > 2) await pruneBefore(services, executionId, end.sequence - 1);
  await prisma.execution.updateMany({ where: { id: executionId }, data: { logPrunedAt: new Date() } });
}

async function pruneLate(services: PruneServices, executionId: string, end: number): Promise<void> {
  const last = await services.prisma.executionEvent.findFirst({
    where: { executionId, sequence: { gt: end } },
    orderBy: { sequence: 'desc' },
    select: { sequence: true },
  });
  if (!last) return;
  await writeReset(services, executionId, last.sequence, { late: true });
  await deleteBetween(services, executionId, end + 1, last.sequence);
}

async function pruneBefore(services: PruneServices, executionId: string, last: number): Promise<void> {
  await writeReset(services, executionId, last, {});
  await deleteBetween(services, executionId, 0, last);
}

/** Replaces an entry by the outputs, unless that was done before a crash. */
async function writeReset(
  services: PruneServices,
  executionId: string,
  sequence: number,
  mark: { late?: true },
): Promise<void> {
  const { prisma } = services;
  const key = { executionId_sequence: { executionId, sequence } };
  const before = await prisma.executionEvent.findUnique({ where: key, select: { type: true } });
  if (before?.type === 'reset') return;
  const { outputs, truncated } = await executionResult(services, { id: executionId });
  const reset = encode(executionId, sequence, { type: 'reset', outputs, truncated, ...mark });
  await prisma.executionEvent.upsert({ where: key, create: reset, update: reset });
}

/** Deletes entries, without the last one, in small steps. */
async function deleteBetween(
  { prisma }: PruneServices,
  executionId: string,
  first: number,
  last: number,
): Promise<void> {
  for (let from = first; from < last; from += maxDeleted) {
    const sequence = { gte: from, lt: Math.min(from + maxDeleted, last) };
    await prisma.executionEvent.deleteMany({ where: { executionId, sequence } });
  }
}
