import type { Logger } from 'pino';
import type { Execution, PrismaClient, Session } from '../../prisma/generated/client/client.js';
import { awaitsKernel } from '../sessions/awaits-kernel.js';
import { endWithoutRun, gatewayRestarted } from './end-without-run.js';
import type { ExecutionLog } from './execution-log.js';
import type { Executor } from './executor.js';

/** What {@link resumeExecutions} works with. */
interface ResumeDeps {
  prisma: PrismaClient;
  executionLog: ExecutionLog;
  executor: Executor;
  log: Logger;
}

type Left = Execution & { session: Pick<Session, 'kernelId' | 'spoolId' | 'status' | 'deletedAt'> };

/**
 * Goes on with the executions that an earlier process left unfinished, as soon as their kernels are connected again, or started
 * where there was none yet. Those whose kernel does not keep what it sends meanwhile end with `gateway_restarted`; what was
 * written stays. Called once at the start, before requests are accepted and before workers are adopted.
 */
export async function resumeExecutions(deps: ResumeDeps): Promise<void> {
  const { prisma, executor, log } = deps;
  const left: Left[] = await prisma.execution.findMany({
    where: { finishedAt: null },
    orderBy: { position: 'asc' },
    include: { session: { select: { kernelId: true, spoolId: true, status: true, deletedAt: true } } },
  });
  let failed = 0;
  for (const all of bySession(left)) {
    const [first, ...queued] = await inOrder(deps, all);
    if (!first) continue;
    const { sessionId, session } = first;
    if (awaitsKernel(session) && !session.deletedAt && !first.startedAt) {
      for (const one of [first, ...queued]) executor.submit(one);
      continue;
    }
    if (session.spoolId && session.status !== 'dead' && !session.deletedAt) {
      executor.resume({ sessionId, spoolId: session.spoolId, first, queued });
      continue;
    }
    failed += 1 + queued.length;
    await endWithoutRun(deps, first, { failure: gatewayRestarted() }, true);
    for (const one of queued) await endWithoutRun(deps, one, { failure: gatewayRestarted() });
  }
  if (failed > 0)
    log.warn({ count: failed }, 'executions that were running when the gateway stopped have ended as failed');
}

function bySession(left: Left[]): Left[][] {
  const sessions = new Map<string, Left[]>();
  for (const one of left) sessions.set(one.sessionId, [...(sessions.get(one.sessionId) ?? []), one]);
  return [...sessions.values()];
}

/**
 * Ends what cannot go on. The one that has begun comes first: two that came at the same time may be queued in another order than
 * that of their rows. Of several, only the one that began last can be in the kernel.
 */
async function inOrder(deps: ResumeDeps, all: Left[]): Promise<Left[]> {
  const begun = all
    .filter(({ startedAt }) => startedAt !== null)
    .sort((one, other) => other.startedAt!.getTime() - one.startedAt!.getTime());
  const [current, ...lost] = begun;
  if (!current) return withoutAborted(deps, all);
  for (const one of lost) await endWithoutRun(deps, one, { failure: gatewayRestarted() }, true);
  return [current, ...all.filter((one) => !begun.includes(one))];
}

/** Ends those that were queued behind one that failed, where the earlier process did not come to do that. */
async function withoutAborted(deps: ResumeDeps, all: Left[]): Promise<Left[]> {
  const { sessionId, position } = all[0]!;
  // Behind the one that failed are those that it did come to end: they never ran.
  const last = await deps.prisma.execution.findFirst({
    where: { sessionId, position: { lt: position }, finishedAt: { not: null }, startedAt: { not: null } },
    orderBy: { position: 'desc' },
  });
  if (!last?.stopOnError || !hasFailed(last)) return all;
  const isAborted = ({ userId, createdAt, status }: Left) =>
    status === 'queued' && userId === last.userId && createdAt <= last.finishedAt!;
  for (const one of all.filter(isAborted)) await endWithoutRun(deps, one, { status: 'aborted' });
  return all.filter((one) => !isAborted(one));
}

/** As `RunEnd.hasFailed`: of a run that timed out, no counter says that its kernel was restarted, as it did not reply. */
function hasFailed({ status, executionCount }: Execution): boolean {
  return status === 'error' || status === 'failed' || (status === 'timed_out' && executionCount === null);
}
