import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';

/** What the functions here use. */
export interface SchedulePushDeps {
  prisma: PrismaClient;
  bus: EventBus;
}

/** After a start, the remotes that want pushes are synced within this time: a save just before the end may be unpushed. */
const maxStartDelaySeconds = 60;

/**
 * Makes the remote of a repository due at a time, unless it is due earlier or wants no push after saves. A due time before
 * the start of the last sync does not count, because that sync may have read the branches before the save.
 * @returns whether the due time changed
 */
export async function schedulePush(
  { prisma, bus }: SchedulePushDeps,
  repositoryId: string,
  at: Date,
): Promise<boolean> {
  const hasBegun = { nextSyncAt: { lte: prisma.repositoryRemote.fields.lastAttemptAt } };
  const { count } = await prisma.repositoryRemote.updateMany({
    where: {
      repositoryId,
      pushAfterSave: true,
      OR: [{ nextSyncAt: null }, { nextSyncAt: { gt: at } }, hasBegun],
    },
    data: { nextSyncAt: at, syncStatus: 'pending' },
  });
  if (count > 0) bus.publish('remote', repositoryId, { repositoryId });
  return count > 0;
}

/** Makes each remote that wants a push after saves due at a random moment of the next minute. */
export async function scheduleMissedPushes(prisma: PrismaClient): Promise<void> {
  await prisma.$executeRaw`UPDATE "RepositoryRemote"
    SET "nextSyncAt" = LEAST("nextSyncAt", now() + random() * ${maxStartDelaySeconds}::int * interval '1 second')
    WHERE "pushAfterSave"`;
}
