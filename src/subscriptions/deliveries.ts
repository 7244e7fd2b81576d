import type { RequestContext } from '../context.js';
import { DeliveryPace } from '../engines/events/delivery-pace.js';
import { SharedResults } from '../engines/events/shared-results.js';

/**
 * What the streams of all subscriptions share, so that an event for a thousand of them costs about as much as for one: what
 * is read for an event, and the pace of deliveries.
 */
export class Deliveries {
  readonly #reads = new SharedResults();
  readonly #pace = new DeliveryPace();

  /**
   * Reads something for an event, once for all streams that need the same.
   * @param event the object that the bus published; a read for another event is newer or older
   * @param key what the result depends on beside the event; see {@link callerKey}
   */
  read<T>(event: object, key: readonly unknown[], read: () => Promise<T>): Promise<T> {
    return this.#reads.get(event, JSON.stringify(key), read);
  }

  /**
   * Waits until one more value may be delivered.
   * @param weight as how many usual values it counts, for a large one; default 1
   */
  next(weight?: number): Promise<void> {
    return this.#pace.next(weight);
  }
}

/** What the permissions of a caller depend on: two streams with the same key may share what is read for one of them. */
export function callerKey({ actor }: RequestContext): string {
  return [actor.tokenId, actor.userId, actor.isPlatformAdmin, ...[...actor.scopes].sort()].join(' ');
}
