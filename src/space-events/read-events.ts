import type { Prisma, PrismaClient, SpaceEventKind } from '../../prisma/generated/client/client.js';
import { describeEvents } from './describe-events.js';
import type { SpaceEvent } from './space-event.js';

/** A part of the events of a space. */
export interface EventPage {
  /** With numbers without gaps, from the one after the position that was asked for. */
  events: SpaceEvent[];
  /** The number of the newest numbered event of the space; 0 for none. */
  last: number;
  /** The number of the oldest event that is stored after the position; the one after `last` for none. */
  oldest: number;
  /** Whether events after the position are not stored any more; `events` is empty then. */
  isReset: boolean;
}

interface Row {
  last: bigint;
  number: bigint | null;
  kind: SpaceEventKind;
  workspaceId: string | null;
  repositoryId: string | null;
  subjectId: string;
  data: Prisma.JsonObject;
  createdAt: Date;
}

/** Reads at most `limit` numbered events of a space after a number. */
export async function readEvents(
  prisma: PrismaClient,
  spaceId: string,
  after: number,
  limit: number,
): Promise<EventPage> {
  // One statement, so that the counter and the events are of the same moment.
  const rows = await prisma.$queryRaw<Row[]>`
    SELECT c."last", e.* FROM "SpaceEventCounter" AS c LEFT JOIN LATERAL (
      SELECT "number", "kind"::text, "workspaceId"::text, "repositoryId"::text, "subjectId"::text, "data", "createdAt"
      FROM "SpaceEvent" WHERE "spaceId" = c."spaceId" AND "number" > ${after}::bigint ORDER BY "number" LIMIT ${limit}
    ) AS e ON true WHERE c."spaceId" = ${spaceId}::uuid ORDER BY e."number"`;
  const last = Number(rows[0]?.last ?? 0);
  const stored = rows.filter(({ number }) => number !== null);
  const oldest = Number(stored[0]?.number ?? last + 1);
  const isReset = last > after && oldest !== after + 1;
  if (isReset) return { events: [], last, oldest, isReset };
  const events = stored.map(
    ({ last: _last, number, ...event }) => ({ ...event, number: Number(number) }) as unknown as SpaceEvent,
  );
  await describeEvents(prisma, events);
  return { events, last, oldest, isReset };
}
