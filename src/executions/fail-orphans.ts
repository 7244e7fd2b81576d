import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { executionFailure, gatewayRestarted } from './end-without-run.js';
import type { ExecutionLog } from './execution-log.js';

/**
 * Ends the logs of executions that an earlier process left unfinished. What was written stays; the end says that the
 * gateway restarted. Called once at the start, before requests are accepted.
 */
export async function failOrphans(deps: {
  prisma: PrismaClient;
  executionLog: ExecutionLog;
  log: Logger;
}): Promise<void> {
  const { prisma, executionLog, log } = deps;
  const orphans = await prisma.execution.findMany({
    where: { finishedAt: null },
    orderBy: { position: 'asc' },
    select: {
      id: true,
      sessionId: true,
      events: { orderBy: { sequence: 'desc' }, take: 1, select: { sequence: true } },
    },
  });
  const sessions = new Set<string>();
  for (const { id, sessionId, events } of orphans) {
    // Of each session, only the first one may have been sent to the kernel.
    const failure = executionFailure(gatewayRestarted(), { retryable: sessions.has(sessionId) });
    sessions.add(sessionId);
    const writer = executionLog.writer(id, events[0]?.sequence ?? 1);
    await writer.finish(failure, { status: 'failed', finishedAt: new Date() });
  }
  if (orphans.length > 0)
    log.warn(
      { count: orphans.length },
      'executions that were running when the gateway stopped have ended as failed',
    );
}
