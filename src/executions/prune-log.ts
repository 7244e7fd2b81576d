import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { KernelEvent } from '../engines/kernels/kernel-event.js';
import { decode, encode } from './event-codec.js';
import type { ExecutionEvent } from './execution-event.js';
import type { NotebookOutput } from './notebook-output.js';
import { OutputCollector } from './output-collector.js';

const pageSize = 256;
const maxDeleted = 1_000;

/** An entry of a log as its row has it. */
interface Row {
  sequence: number;
  type: string;
  data: string;
}

/**
 * Cuts the log of an ended execution down to its end and, before it, a `reset` event with the outputs. Numbers stay: the
 * `reset` has the number of the last event before the end. Can be repeated after a crash at any point, because the `reset`
 * is written first.
 */
export async function pruneLog(prisma: PrismaClient, executionId: string): Promise<void> {
  const end = await prisma.executionEvent.findFirst({
    where: { executionId, type: { in: ['final_response', 'failure'] } },
    orderBy: { sequence: 'desc' },
  });
  // The table has no row for the first event, so that a log of two events has nothing to remove.
  if (end && end.sequence > 2) await pruneBefore(prisma, executionId, end);
  await prisma.execution.updateMany({ where: { id: executionId }, data: { logPrunedAt: new Date() } });
}

async function pruneBefore(prisma: PrismaClient, executionId: string, end: Row): Promise<void> {
  const last = end.sequence - 1;
  const key = { executionId_sequence: { executionId, sequence: last } };
  const before = await prisma.executionEvent.findUnique({ where: key, select: { type: true } });
  if (before?.type !== 'reset') {
    const outputs = await outputsOf(prisma, executionId, end);
    const reset = encode(executionId, last, { type: 'reset', outputs });
    await prisma.executionEvent.upsert({ where: key, create: reset, update: reset });
  }
  for (let from = 0; from < last; from += maxDeleted) {
    const sequence = { gte: from, lt: Math.min(from + maxDeleted, last) };
    await prisma.executionEvent.deleteMany({ where: { executionId, sequence } });
  }
}

/** The outputs at the end of a run. A failure does not hold them, so they are built from the log. */
async function outputsOf(prisma: PrismaClient, executionId: string, end: Row): Promise<NotebookOutput[]> {
  const event = decode(end);
  if (event.type === 'final_response') return event.outputs;
  const collector = new OutputCollector();
  for (let cursor = 0; ; ) {
    const rows = await prisma.executionEvent.findMany({
      where: { executionId, sequence: { gt: cursor, lt: end.sequence } },
      orderBy: { sequence: 'asc' },
      take: pageSize,
    });
    for (const row of rows) addTo(collector, decode(row));
    if (rows.length < pageSize) return collector.outputs;
    cursor = rows.at(-1)!.sequence;
  }
}

function addTo(collector: OutputCollector, event: ExecutionEvent): void {
  if (event.type !== 'reset' && event.type !== 'final_response' && event.type !== 'failure')
    collector.add(event as KernelEvent);
}
