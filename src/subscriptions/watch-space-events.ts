import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { untilAnswered } from '../engines/database/until-answered.js';
import { abortableIterator } from '../engines/events/abortable-iterator.js';
import { Changes } from '../engines/events/changes.js';
import { invalidField } from '../errors.js';
import type { EventAccess } from '../space-events/event-access.js';
import type { SpaceEvent } from '../space-events/space-event.js';
import type { SpaceEvents } from '../space-events/space-events.js';
import type { SpaceFeed } from '../space-events/space-feed.js';
import { checkAll } from '../validation/check-all.js';
import { callerKey } from './deliveries.js';
import type { SubscriptionServices } from './subscription-services.js';

/** An item of the stream of a space: a change, or where the stream is. */
export type SpaceStreamItem =
  | SpaceEvent
  /** Nothing has happened that the caller may see; `number` is that of the newest event that was passed. */
  | { kind: 'heartbeat'; number: number; createdAt: Date }
  /** Events after the client's position are not stored any more. The stream goes on after `number`. */
  | { kind: 'reset'; number: number; createdAt: Date };

/** Where the stream of a space begins, and what it contains. */
export interface SpaceEventsInput {
  /** The cursor of the last event that the client has; default: only what happens from now on. */
  after?: string | null;
  /** From 1 to 300; default none. */
  heartbeatSeconds?: number | null;
}

/** What {@link watchSpaceEvents} needs. */
export interface SpaceEventServices
  extends Pick<SubscriptionServices, 'prisma' | 'streamGuard' | 'deliveries'> {
  spaceEvents: SpaceEvents;
  eventAccess: EventAccess;
}

const pageSize = 100;
/** Without heartbeats, a stream looks for itself that often whether something was missed. */
const pollMs = 15_000;
const maxHeartbeatSeconds = 300;

/** What one stream works with. */
interface Stream {
  ctx: RequestContext;
  spaceId: string;
  feed: SpaceFeed;
  after: number;
  heartbeatMs: number | undefined;
}

/**
 * Follows everything in a space that the caller may see, in the order of the numbers. Each event is delivered once, and with
 * the permissions of that moment. A slow reader costs no memory: it reads on from its position. Needs the scope `read`.
 * @throws DomainError `insufficient_scope`, `not_found`, also later, when the caller may no longer view the space;
 *   `invalid_request` naming `after` or `heartbeatSeconds`
 */
export async function watchSpaceEvents(
  services: SpaceEventServices,
  ctx: RequestContext,
  spaceSlug: string,
  input: SpaceEventsInput,
): Promise<AsyncIterableIterator<SpaceStreamItem>> {
  const authorize = async (current: RequestContext) => {
    requireScope(current, 'read');
    return (await loadSpace(services, current, spaceSlug)).space;
  };
  const { id: spaceId } = await authorize(ctx);
  const { after } = await checkAll({
    after: () => checkEventCursor(input.after),
    heartbeatSeconds: () => checkHeartbeat(input.heartbeatSeconds),
  });
  const { feed, leave } = await services.spaceEvents.follow(spaceId);
  if (after !== null && after > feed.last) {
    leave();
    throw invalidField('after', 'is beyond the newest event', 'out_of_range');
  }
  const heartbeatMs = input.heartbeatSeconds == null ? undefined : input.heartbeatSeconds * 1000;
  const stream = { ctx, spaceId, feed, after: after ?? feed.last, heartbeatMs };
  const items = abortableIterator((end) => itemsUntil(end, services, stream));
  try {
    return services.streamGuard.guard(
      ctx,
      items,
      { key: ['space', spaceSlug], check: authorize },
      () => leave,
    );
  } catch (error) {
    leave();
    throw error;
  }
}

/**
 * Checks the cursor of an event of a space.
 * @returns its number; null for none
 * @throws FieldError `invalid_request` naming `after`
 */
export function checkEventCursor(after: string | null | undefined): number | null {
  if (after == null) return null;
  if (!/^\d{1,15}$/.test(after))
    throw invalidField('after', 'must be the cursor of an event', 'invalid_format');
  return Number(after);
}

/** Checks the seconds between heartbeats. @throws FieldError `invalid_request` naming `heartbeatSeconds` */
function checkHeartbeat(seconds: number | null | undefined): void {
  if (seconds != null && (seconds < 1 || seconds > maxHeartbeatSeconds))
    throw invalidField('heartbeatSeconds', `must be from 1 to ${maxHeartbeatSeconds}`, 'out_of_range');
}

async function* itemsUntil(
  end: AbortSignal,
  services: SpaceEventServices,
  stream: Stream,
): AsyncGenerator<SpaceStreamItem> {
  const { feed, heartbeatMs } = stream;
  const position = { number: stream.after };
  const changes = new Changes(end);
  const unsubscribe = feed.subscribe(() => changes.notify());
  let sentAt = Number.NEGATIVE_INFINITY;
  try {
    while (!end.aborted) {
      changes.reset();
      for await (const item of nextItems(services, stream, position, end)) {
        yield item;
        sentAt = performance.now();
      }
      const waitMs = heartbeatMs === undefined ? pollMs : sentAt + heartbeatMs - performance.now();
      if (heartbeatMs !== undefined && waitMs <= 0 && !end.aborted) {
        yield { kind: 'heartbeat', number: position.number, createdAt: new Date() };
        sentAt = performance.now();
      } else if (position.number >= feed.last) await changes.next(waitMs);
    }
  } finally {
    unsubscribe();
    changes.close();
  }
}

/** The items of the next page after a position, which moves along. */
async function* nextItems(
  { deliveries, eventAccess }: SpaceEventServices,
  { ctx, spaceId, feed }: Stream,
  position: { number: number },
  end: AbortSignal,
): AsyncGenerator<SpaceStreamItem> {
  const { events, last, oldest, isReset } = await untilAnswered(() => feed.read(position.number, pageSize), {
    signal: end,
  });
  if (isReset) {
    // From 0, a client asks for all that is stored. It may also have 0 from the heartbeat of a space without events.
    position.number = position.number === 0 ? oldest - 1 : last;
    yield { kind: 'reset', number: position.number, createdAt: new Date() };
    return;
  }
  const who = { caller: callerKey(ctx), spaceId };
  if (events.length > 0) await deliveries.next();
  for (const [index, event] of events.entries()) {
    position.number = event.number;
    if (!(await untilAnswered(() => eventAccess.mayView(ctx, who, events, event), { signal: end }))) continue;
    if (index > 0) await deliveries.next();
    yield event;
  }
}
