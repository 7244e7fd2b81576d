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
  const stream = new ChangeStream(services, ctx, watch);
  const changes = pullIterator(
    () => stream.pull(),
    () => stream.close(),
  );
  return services.streamGuard.guard(ctx, changes, watch.recheck, watch.onOpen);
}

/** The changes that one subscriber follows, from its construction until {@link close}. */
class ChangeStream<K extends keyof Topics, T> {
  readonly #services: SubscriptionServices;
  readonly #ctx: RequestContext;
  readonly #watch: Watch<K, T>;
  readonly #queue = new ChangeQueue<Topics[K]>();
  readonly #ended = new AbortController();
  /** By key, the state that was delivered last. */
  readonly #delivered = new LRUCache<string, string>({ max: maxStates });
  readonly #unsubscribe: () => void;
  readonly #ignoreMissed: () => void;
  /** Events are handled one after another: `concerns` may query the database, and their order must not change. */
  #enqueued: Promise<void> = Promise.resolve();

  constructor(services: SubscriptionServices, ctx: RequestContext, watch: Watch<K, T>) {
    this.#services = services;
    this.#ctx = ctx;
    this.#watch = watch;
    const { bus } = services;
    this.#unsubscribe = bus.subscribe(watch.topic, '*', (event) => this.#handle(() => this.#enqueue(event)));
    this.#ignoreMissed = bus.onMissed((since) => this.#handle(() => this.#enqueueMissed(since)));
    if (watch.first) this.#queue.push(watch.keyOf(watch.first), watch.first);
  }

  /** The next value; undefined when the stream is closed. */
  async pull(): Promise<T | undefined> {
    for (;;) {
      const event = await this.#queue.take();
      if (event === undefined) return undefined;
      const value = await this.#read(event);
      if (value === null || !this.#isChange(this.#watch.keyOf(event), value)) continue;
      await this.#services.deliveries.next();
      return value;
    }
  }

  close(): void {
    this.#ended.abort();
    this.#unsubscribe();
    this.#ignoreMissed();
    this.#queue.close();
  }

  #handle(work: () => Promise<void>): void {
    const { topic } = this.#watch;
    this.#enqueued = this.#enqueued
      .then(work)
      .catch((err) => this.#services.log.warn({ err, topic }, 'a change was not enqueued'));
  }

  async #enqueue(event: Topics[K]): Promise<void> {
    const { concerns, keyOf } = this.#watch;
    if (await this.#untilAnswered(async () => concerns(event))) this.#queue.push(keyOf(event), event);
  }

  async #enqueueMissed(since: Date): Promise<void> {
    const { topic, spaceId, recheck, changedSince } = this.#watch;
    const key = ['missed', topic, spaceId, ...recheck.key];
    const read = () => this.#services.deliveries.read(since, key, () => changedSince(since));
    for (const event of await this.#untilAnswered(read)) await this.#enqueue(event);
  }

  async #read(event: Topics[K]): Promise<T | null> {
    const { spaceId } = this.#watch;
    const read = () =>
      this.#services.deliveries.read(event, [callerKey(this.#ctx), spaceId], async () => {
        const fresh: RequestContext = { ...this.#ctx, spaces: new Map() };
        const access = await loadSpaceById(this.#services, fresh, spaceId);
        return { value: await this.#watch.read(event, access, fresh), spaces: fresh.spaces };
      });
    const { value, spaces } = await this.#untilAnswered(read);
    // The resolvers of the value use this cache as well.
    this.#ctx.spaces.clear();
    for (const [key, access] of spaces) this.#ctx.spaces.set(key, access);
    return value;
  }

  /** An event may be read so late that it and the next one find the same state. */
  #isChange(key: string, value: T): boolean {
    const state = this.#watch.stateOf?.(value);
    if (state === undefined) return true;
    const isNew = this.#delivered.get(key) !== state;
    this.#delivered.set(key, state);
    return isNew;
  }

  #untilAnswered<R>(act: () => Promise<R>): Promise<R> {
    return untilAnswered(act, { signal: this.#ended.signal });
  }
}
