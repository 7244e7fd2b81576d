import { LRUCache } from 'lru-cache';
import { loadSpaceById } from '../access/load-space.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import { untilAnswered } from '../engines/database/until-answered.js';
import { ChangeQueue } from '../engines/events/change-queue.js';
import type { Topics } from '../engines/events/event-bus.js';
import { pullIterator } from '../engines/events/pull-iterator.js';
import { callerKey } from './deliveries.js';
import type { Recheck } from './stream-guard.js';
import type { SubscriptionServices } from './subscription-services.js';

/** For how many keys of a subscription the state that was delivered last is kept. */
const maxStates = 1000;

/** One kind of subscription to the resources of a space. */
export interface Watch<K extends keyof Topics, T> {
  topic: K;
  /** The space. The caller was authorized for it. */
  spaceId: string;
  /** Whether an event is in the scope of the subscription. It need not check permissions; `read` does. */
  concerns(event: Topics[K]): Promise<boolean> | boolean;
  /** The events of all that may have changed since a time, when events of other gateways were missed. */
  changedSince(since: Date): Promise<Topics[K][]>;
  /** The key of an event. While a slow reader is behind, only the newest event of each key is kept. */
  keyOf(event: Topics[K]): string;
  /**
   * Reads the value to deliver; null when the caller may not view it with this access. The value is shared by all streams of
   * the caller to this topic and space, whatever their scope.
   * @param fresh the context of a stream of the caller, with the access of this moment
   */
  read(event: Topics[K], access: SpaceAccess, fresh: RequestContext): Promise<T | null>;
  /** The state of a value: one in the state that was delivered last for its key is skipped. Default: none is skipped. */
  stateOf?(value: T): string;
  /** An event that is delivered at the beginning; default none. */
  first?: Topics[K];
  /** Throws when the subscription must end. */
  recheck: Recheck;
  /** Called when the subscription is open; what it returns is called once, when it ends. */
  onOpen?(): () => void;
}

/**
 * Follows a topic for one subscriber. Each change is read when it is delivered, with the caller's access at that
 * moment, once for all streams of the caller; while the database does not answer, it waits. A slow reader gets the newest state
 * of each resource; see {@link ChangeQueue}.
 */
export function watchChanges<K extends keyof Topics, T>(
  services: SubscriptionServices,
  ctx: RequestContext,
  watch: Watch<K, T>,
): AsyncIterableIterator<T> {
  const { bus, deliveries, streamGuard, log } = services;
  const queue = new ChangeQueue<Topics[K]>();
  const ended = new AbortController();
  const enqueue = async (event: Topics[K]) => {
    if (await untilAnswered(async () => watch.concerns(event), { signal: ended.signal }))
      queue.push(watch.keyOf(event), event);
  };
  const enqueueMissed = async (since: Date) => {
    const key = ['missed', watch.topic, watch.spaceId, ...watch.recheck.key];
    const read = () => deliveries.read(since, key, () => watch.changedSince(since));
    const events = await untilAnswered(read, { signal: ended.signal });
    for (const event of events) await enqueue(event);
  };
  // Events are handled one after another: `concerns` may query the database, and their order must not change.
  let enqueued: Promise<void> = Promise.resolve();
  const handle = (work: () => Promise<void>) => {
    enqueued = enqueued
      .then(work)
      .catch((error) => log.warn({ err: error, topic: watch.topic }, 'a change was not enqueued'));
  };
  const unsubscribe = bus.subscribe(watch.topic, '*', (event) => handle(() => enqueue(event)));
  const ignoreMissed = bus.onMissed((since) => handle(() => enqueueMissed(since)));

  if (watch.first) queue.push(watch.keyOf(watch.first), watch.first);

  const delivered = new LRUCache<string, string>({ max: maxStates });
  /** An event may be read so late that it and the next one find the same state. */
  function isChange(key: string, value: T): boolean {
    const state = watch.stateOf?.(value);
    if (state === undefined) return true;
    const isNew = delivered.get(key) !== state;
    delivered.set(key, state);
    return isNew;
  }

  async function pull(): Promise<T | undefined> {
    for (;;) {
      const event = await queue.take();
      if (event === undefined) return undefined;
      const read = () =>
        deliveries.read(event, [callerKey(ctx), watch.spaceId], async () => {
          const fresh: RequestContext = { ...ctx, spaces: new Map() };
          const access = await loadSpaceById(services, fresh, watch.spaceId);
          return { value: await watch.read(event, access, fresh), spaces: fresh.spaces };
        });
      const { value, spaces } = await untilAnswered(read, { signal: ended.signal });
      // The resolvers of the value use this cache as well.
      ctx.spaces.clear();
      for (const [key, access] of spaces) ctx.spaces.set(key, access);
      if (value === null || !isChange(watch.keyOf(event), value)) continue;
      await deliveries.next();
      return value;
    }
  }

  const changes = pullIterator(pull, () => {
    ended.abort();
    unsubscribe();
    ignoreMissed();
    queue.close();
  });
  return streamGuard.guard(ctx, changes, watch.recheck, watch.onOpen);
}
