import { randomUUID } from 'node:crypto';
import type { EventBus, Topics } from './event-bus.js';

const checkMs = 1_000;
/** How often a gateway repeats that a session is watched there. */
const repeatMs = 30_000;
/** Without a repetition for so long, the other gateway has ended. */
const expiryMs = 75_000;
/** The maximum number of sessions of which other gateways report viewers. */
const maxReported = 10_000;

/** A session that is watched at this gateway. */
interface WatchedSession {
  workerId: string | undefined;
  viewers: number;
  /** When the other gateways heard of it last; undefined in its first second. */
  reportedAt: number | undefined;
}

/** Reports to the other gateways which sessions are watched here, and counts those who watch there. */
export class WatchedElsewhere {
  readonly #gateway = randomUUID();
  readonly #watched = new Map<string, WatchedSession>();
  /** By gateway and session: what to call when nobody watches there any more. */
  readonly #counted = new Map<string, { left(): void; expiry: NodeJS.Timeout }>();
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;

  readonly #deps: {
    bus: EventBus;
    count(sessionId: string, workerId: string | undefined): () => void;
  };

  /** @param deps.count counts a viewer of a session; returns what to call, once, when they watch no more */
  constructor(deps: {
    bus: EventBus;
    count(sessionId: string, workerId: string | undefined): () => void;
  }) {
    this.#deps = deps;

    this.#unsubscribe = deps.bus.subscribe('viewers', '*', (event) => this.#receive(event));
  }

  /**
   * Somebody watches a session at this gateway. The others hear of it after a second, so that short streams cost nothing.
   * @returns what to call, once, when they watch no more
   */
  viewerCame(sessionId: string, workerId: string | undefined): () => void {
    const watched = this.#watched.get(sessionId) ?? { workerId, viewers: 0, reportedAt: undefined };
    watched.viewers++;
    this.#watched.set(sessionId, watched);
    this.#timer ??= setInterval(() => this.#reportAll(), checkMs).unref();
    return () => {
      watched.viewers--;
      if (watched.viewers === 0) this.#viewersLeft(sessionId, watched);
    };
  }

  /** Reports that nobody watches here any more. */
  close(): void {
    this.#unsubscribe();
    for (const [sessionId, watched] of this.#watched) this.#viewersLeft(sessionId, watched);
    for (const { left, expiry } of this.#counted.values()) {
      clearTimeout(expiry);
      left();
    }
    this.#counted.clear();
  }

  #viewersLeft(sessionId: string, watched: WatchedSession): void {
    if (this.#watched.get(sessionId) !== watched) return;
    this.#watched.delete(sessionId);
    if (watched.reportedAt !== undefined) this.#report(sessionId, watched, false);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #reportAll(): void {
    const now = performance.now();
    for (const [sessionId, watched] of this.#watched) {
      if (watched.reportedAt !== undefined && now - watched.reportedAt < repeatMs) continue;
      watched.reportedAt = now;
      this.#report(sessionId, watched, true);
    }
  }

  #report(sessionId: string, { workerId = null }: { workerId?: string | null }, isWatched: boolean): void {
    const event = { sessionId, workerId, gateway: this.#gateway, isWatched };
    this.#deps.bus.publishElsewhere('viewers', sessionId, event);
  }

  #receive({ sessionId, workerId, gateway, isWatched }: Topics['viewers']): void {
    const key = `${gateway}:${sessionId}`;
    const counted = this.#counted.get(key);
    if (!isWatched) this.#end(key);
    else if (counted) counted.expiry.refresh();
    else if (this.#counted.size < maxReported) {
      const left = this.#deps.count(sessionId, workerId ?? undefined);
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
