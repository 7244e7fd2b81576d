import { randomUUID } from 'node:crypto';
import type { EventBus, Topics } from './event-bus.js';

const checkMs = 1_000;
/** How often a gateway repeats that something is watched there. */
const repeatMs = 30_000;
/** Without a repetition for so long, the other gateway has ended. */
const expiryMs = 75_000;
/** The maximum number of reports of other gateways that are counted. */
const maxReported = 10_000;

type WatchTopic = 'viewers' | 'logReaders';

/** What the events of a topic name. */
type Subject<K extends WatchTopic> = Omit<Topics[K], 'gateway' | 'isWatched'>;

/** What a {@link WatchedElsewhere} works with. */
export interface WatchedElsewhereDeps<K extends WatchTopic> {
  bus: EventBus;
  topic: K;
  keyOf(subject: Subject<K>): string;
  /** Counts another gateway at which it is watched; returns what to call, once, when it is watched there no more. */
  count(subject: Subject<K>): () => void;
}

/** What is watched at this gateway. */
interface WatchedHere<K extends WatchTopic> {
  subject: Subject<K>;
  viewers: number;
  /** When the other gateways heard of it last; undefined in its first second. */
  reportedAt: number | undefined;
}

/**
 * Reports to the other gateways what is watched here, and counts where it is watched there.
 * @example
 * const watched = new WatchedElsewhere({ bus, topic: 'logReaders', keyOf: ({ executionId }) => executionId, count });
 * const left = watched.viewerCame({ executionId });
 */
export class WatchedElsewhere<K extends WatchTopic> {
  readonly #gateway = randomUUID();
  readonly #watched = new Map<string, WatchedHere<K>>();
  /** By gateway and key: what to call when nobody watches there any more. */
  readonly #counted = new Map<string, { left(): void; expiry: NodeJS.Timeout }>();
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;

  readonly #deps: WatchedElsewhereDeps<K>;

  constructor(deps: WatchedElsewhereDeps<K>) {
    this.#deps = deps;

    this.#unsubscribe = deps.bus.subscribe(deps.topic, '*', (event) => this.#receive(event));
  }

  /**
   * Somebody watches it at this gateway. The others hear of it after a second, so that short streams cost nothing.
   * @returns what to call, once, when they watch no more
   */
  viewerCame(subject: Subject<K>): () => void {
    const key = this.#deps.keyOf(subject);
    const watched = this.#watched.get(key) ?? { subject, viewers: 0, reportedAt: undefined };
    watched.viewers++;
    this.#watched.set(key, watched);
    this.#timer ??= setInterval(() => this.#reportAll(), checkMs).unref();
    return () => {
      watched.viewers--;
      if (watched.viewers === 0) this.#viewersLeft(key, watched);
    };
  }

  /** Reports that nobody watches here any more. */
  close(): void {
    this.#unsubscribe();
    for (const [key, watched] of this.#watched) this.#viewersLeft(key, watched);
    for (const { left, expiry } of this.#counted.values()) {
      clearTimeout(expiry);
      left();
    }
    this.#counted.clear();
  }

  #viewersLeft(key: string, watched: WatchedHere<K>): void {
    if (this.#watched.get(key) !== watched) return;
    this.#watched.delete(key);
    if (watched.reportedAt !== undefined) this.#report(watched.subject, false);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #reportAll(): void {
    const now = performance.now();
    for (const watched of this.#watched.values()) {
      if (watched.reportedAt !== undefined && now - watched.reportedAt < repeatMs) continue;
      watched.reportedAt = now;
      this.#report(watched.subject, true);
    }
  }

  #report(subject: Subject<K>, isWatched: boolean): void {
    const { bus, topic, keyOf } = this.#deps;
    const event = { ...subject, gateway: this.#gateway, isWatched } as unknown as Topics[K];
    bus.publishElsewhere(topic, keyOf(subject), event);
  }

  #receive({ gateway, isWatched, ...rest }: Topics[K]): void {
    const subject = rest as unknown as Subject<K>;
    const key = `${gateway}:${this.#deps.keyOf(subject)}`;
    const counted = this.#counted.get(key);
    if (!isWatched) this.#end(key);
    else if (counted) counted.expiry.refresh();
    else if (this.#counted.size < maxReported) {
      const left = this.#deps.count(subject);
      const expiry = setTimeout(() => this.#end(key), expiryMs).unref();
      this.#counted.set(key, { left, expiry });
    }
  }

  #end(key: string): void {
    const counted = this.#counted.get(key);
    this.#counted.delete(key);
    clearTimeout(counted?.expiry);
    counted?.left();
  }
}
