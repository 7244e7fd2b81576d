import { loadSpaceById } from '../access/load-space.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import { ChangeQueue } from '../engines/events/change-queue.js';
import type { Topics } from '../engines/events/event-bus.js';
import { pullIterator } from '../engines/events/pull-iterator.js';
import type { Recheck } from './stream-guard.js';
import type { SubscriptionServices } from './subscription-services.js';

/** One kind of subscription to the resources of a space. */
export interface Watch<K extends keyof Topics, T> {
  topic: K;
  /** The space, for which the caller was authorized already. */
  spaceId: string;
  /** Whether an event is in the scope of the subscription; permissions are checked by `read`. */
  concerns(event: Topics[K]): Promise<boolean> | boolean;
  /** For a slow reader only the newest event of each key is kept. */
  keyOf(event: Topics[K]): string;
  /** Reads what is delivered; null when the caller, with this access, may not see it. */
  read(event: Topics[K], access: SpaceAccess): Promise<T | null>;
  /** Throws once the subscription may not go on. */
  recheck: Recheck;
}

/**
 * Follows a topic for one subscriber. Each change is read when it is delivered, with the caller's access at that
 * moment. A slow reader gets the newest state of each resource; see {@link ChangeQueue}.
 */
export function watchChanges<K extends keyof Topics, T>(
  services: SubscriptionServices,
  ctx: RequestContext,
  watch: Watch<K, T>,
): AsyncIterableIterator<T> {
  const { bus, streamGuard, log } = services;
  const queue = new ChangeQueue<Topics[K]>();
  const enqueue = async (event: Topics[K]) => {
    if (await watch.concerns(event)) queue.push(watch.keyOf(event), event);
  };
  // One after the other, because `concerns` may ask the database, and the order of events must stay.
  let enqueued: Promise<void> = Promise.resolve();
  const unsubscribe = bus.subscribe(watch.topic, '*', (event) => {
    enqueued = enqueued
      .then(() => enqueue(event))
      .catch((error) => log.warn({ err: error, topic: watch.topic }, 'a change was not enqueued'));
  });

  async function pull(): Promise<T | undefined> {
    for (;;) {
      const event = await queue.take();
      if (event === undefined) return undefined;
      // The resolvers of the delivered row read the caller's access from here too.
      ctx.spaces.clear();
      const value = await watch.read(event, await loadSpaceById(services, ctx, watch.spaceId));
      if (value !== null) return value;
    }
  }

  const changes = pullIterator(pull, () => {
    unsubscribe();
    queue.close();
  });
  return streamGuard.guard(ctx, changes, watch.recheck);
}
