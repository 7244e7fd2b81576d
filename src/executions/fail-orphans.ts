import type { Logger } from 'pino';
import { executionFailure, gatewayRestarted } from './end-without-run.js';
import type { ExecutionServices } from './execution-services.js';

/**
 * Ends the logs of executions that a former process left unfinished: what was written stays, the end says that the
 * gateway restarted. Called once at start, before requests are taken.
 */
export async function failOrphans(
  services: Pick<ExecutionServices, 'prisma' | 'executionLog'> & { log: Logger },
): Promise<void> {
  const { prisma, executionLog, log } = services;
  const orphans = await prisma.execution.findMany({
    where: { finishedAt: null },
    select: { id: true, events: { orderBy: { sequence: 'desc' }, take: 1, select: { sequence: true } } },
  });
  for (const { id, events } of orphans) {
    const failure = executionFailure(gatewayRestarted());
    const writer = executionLog.writer(id, events[0]?.sequence ?? 1);
    await writer.finish(failure, { status: 'failed', finishedAt: new Date() });
  }
  if (orphans.length > 0) log.warn({ count: orphans.length }, 'executions were ended that a restart cut off');
}
