import type { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';
import type { Topics } from '../engines/events/event-bus.js';

/** One more than wait for a slow subscriber, which has to read the list again then. */
const maxRows = 257;

/** Rows that go on, or have ended since. */
function endedSince<K extends string>(column: K, since: Date): { [key in K]: null | { gte: Date } }[] {
  return [null, { gte: since }].map((value) => ({ [column]: value }) as { [key in K]: typeof value });
}

/** The events of the workers of a space that may have changed since a time. */
export async function workersChangedSince(
  prisma: PrismaClient,
  spaceId: string,
  since: Date,
): Promise<Topics['worker'][]> {
  const rows = await prisma.worker.findMany({
    where: { workspace: { spaceId }, OR: endedSince('stoppedAt', since) },
    ...newestIds,
  });
  return rows.map(({ id }) => ({ workerId: id }));
}

/** The events of the sessions of a space that may have changed since a time. */
export async function sessionsChangedSince(
  prisma: PrismaClient,
  spaceId: string,
  since: Date,
): Promise<Topics['session'][]> {
  const worker: Prisma.WorkerWhereInput = { OR: endedSince('stoppedAt', since) };
  const rows = await prisma.session.findMany({
    where: { workspace: { spaceId }, OR: [{ deletedAt: null, worker }, { deletedAt: { gte: since } }] },
    ...newestIds,
  });
  return rows.map(({ id }) => ({ sessionId: id }));
}

/** The events of the executions in a space that may have changed since a time. */
export async function executionsChangedSince(
  prisma: PrismaClient,
  spaceId: string,
  since: Date,
): Promise<Topics['executionStatus'][]> {
  const rows = await prisma.execution.findMany({
    where: { session: { workspace: { spaceId } }, OR: endedSince('finishedAt', since) },
    ...newestIds,
  });
  return rows.map(({ id }) => ({ executionId: id }));
}

/** The events of the workspaces of a space whose rows have changed since a time. Which change it was is not always known. */
export async function workspacesChangedSince(
  prisma: PrismaClient,
  spaceId: string,
  since: Date,
): Promise<Topics['workspace'][]> {
  const rows = await prisma.workspace.findMany({
    where: { spaceId, updatedAt: { gte: since } },
    orderBy: { createdAt: 'desc' },
    take: maxRows,
    select: { id: true, createdAt: true },
  });
  return rows.map(({ id, createdAt }) => ({
    ...{ workspaceId: id, spaceId },
    change: createdAt >= since ? 'created' : 'updated',
  }));
}

const newestIds = {
  orderBy: { createdAt: 'desc' },
  take: maxRows,
  select: { id: true },
} as const;
