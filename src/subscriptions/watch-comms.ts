import type { RequestContext } from '../context.js';
import { isOutage } from '../engines/database/until-answered.js';
import { abortableIterator } from '../engines/events/abortable-iterator.js';
import { Changes } from '../engines/events/changes.js';
import { jsonSize } from '../executions/event-codec.js';
import type { CommItem } from '../executions/widgets/comm-feed.js';
import { isTemporary } from '../executions/widgets/is-temporary.js';
import type { CommPage } from '../executions/widgets/read-comms.js';
import type { WidgetState } from '../executions/widgets/widget-state.js';
import { loadSession } from '../sessions/load-session.js';
import type { SubscriptionServices } from './subscription-services.js';

/** An item of the stream of a session's comms. */
export type CommStreamItem =
  | CommItem
  /** What to show in place of everything before; null where the kernel is dead. */
  | { type: 'widget_state'; state: WidgetState | null };

/** A session, by its space. */
export interface CommTarget {
  spaceSlug: string;
  sessionId: string;
}

/** What {@link watchComms} needs. */
export interface CommServices
  extends Pick<SubscriptionServices, 'prisma' | 'bus' | 'streamGuard' | 'sessions' | 'deliveries'> {
  /** Reads the comms of a session, at whichever gateway runs its kernel. */
  comms: {
    read(ctx: RequestContext, position: CommTarget & { after: string | null }): Promise<CommPage>;
  };
}

/** A state of so many characters of JSON counts as one delivery more. */
const stateUnit = 50_000;
/** An event of another process may get lost, in milliseconds. */
const pollMs = 15_000;
/** How long a kernel is left alone that cannot be read at the moment. */
const retryMs = 1_000;

/**
 * Follows everything on the comms of a session: first the state of its widgets, then each message, in order. A slow reader
 * costs no memory: it reads on from its position, and where that is not kept any more it gets the state again, as after a restart
 * of the kernel. Needs the scope `read` and `can_view`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, also later, when the session is deleted or the caller
 *   may no longer view it; `rate_limited`
 */
export async function watchComms(
  services: CommServices,
  ctx: RequestContext,
  target: CommTarget,
): Promise<AsyncIterableIterator<CommStreamItem>> {
  const { spaceSlug, sessionId } = target;
  const authorize = async (current: RequestContext) =>
    (await loadSession(services, current, spaceSlug, sessionId, 'view', 'read')).session;
  const { id, workerId } = await authorize(ctx);
  const position = { spaceSlug, sessionId: id };
  const items = abortableIterator((end) => itemsUntil(end, services, ctx, position));
  const recheck = { key: ['comms', spaceSlug, id], check: authorize };
  return services.streamGuard.guard(ctx, items, recheck, () => services.sessions.viewerCame(id, workerId));
}

async function* itemsUntil(
  end: AbortSignal,
  services: CommServices,
  ctx: RequestContext,
  target: CommTarget,
): AsyncGenerator<CommStreamItem> {
  const { bus, deliveries } = services;
  const changes = new Changes(end);
  const notify = () => changes.notify();
  const { sessionId } = target;
  const unsubscribe = [
    bus.subscribe('comms', sessionId, notify),
    bus.subscribe('session', sessionId, notify),
    bus.onMissed(notify),
  ];
  let after: string | null = null;
  try {
    while (!end.aborted) {
      changes.reset();
      const page = await readUnlessBusy(services, ctx, { ...target, after });
      if (page && page.cursor !== after) {
        const { item, weight } = stateOf(page);
        await deliveries.next(weight);
        if (item) yield item;
        yield* page.items;
        after = page.cursor;
      } else {
        await changes.next(page ? pollMs : retryMs);
      }
    }
  } finally {
    for (const leave of unsubscribe) leave();
    changes.close();
  }
}

/** One object for each state, so that the streams that get it share its execution, and its size is counted once. */
const states = new WeakMap<WidgetState, { item: CommStreamItem; weight: number }>();

function stateOf({ state }: CommPage): { item?: CommStreamItem; weight: number } {
  if (state === undefined) return { weight: 1 };
  if (state === null) return { item: { type: 'widget_state', state }, weight: 1 };
  const known = states.get(state);
  if (known) return known;
  const made = { item: { type: 'widget_state' as const, state }, weight: 1 + jsonSize(state) / stateUnit };
  states.set(state, made);
  return made;
}

/** Undefined where the kernel, or the database, cannot be read at the moment. */
async function readUnlessBusy(
  { comms }: CommServices,
  ctx: RequestContext,
  position: CommTarget & { after: string | null },
): Promise<CommPage | undefined> {
  try {
    return await comms.read(ctx, position);
  } catch (error) {
    if (isTemporary(error) || isOutage(error)) return undefined;
    throw error;
  }
}
