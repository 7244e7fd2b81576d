import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { refreshActors } from '../access/refresh-actors.js';
import type { Actor, RequestContext } from '../context.js';
import { type GuardedIterator, guardedIterator } from '../engines/events/guarded-iterator.js';
import { DomainError } from '../errors.js';

/** Authorizes an open stream again. */
export interface Recheck {
  /** What the check depends on beside the caller: streams of one token with the same key are checked together. */
  key: readonly unknown[];
  /**
   * @param fresh the context of a stream, but with the actor as it is in the database now, and without old access to spaces
   * @throws DomainError when the stream must end
   */
  check(fresh: RequestContext): Promise<unknown>;
}

interface OpenStream {
  ctx: RequestContext;
  recheck: Recheck;
  stream: GuardedIterator<unknown>;
}

const defaultIntervalMs = 2_000;
const maxStreamsPerUser = 1_000;
const maxConcurrentChecks = 8;

/**
 * Checks the permissions of all open streams at intervals (default 2 s) and ends the streams of callers who lost them. It has
 * one timer, which runs only while a stream is open.
 */
export class StreamGuard {
  readonly #open = new Set<OpenStream>();
  /** By user, how many streams are open. */
  readonly #openOf = new Map<string, number>();
  readonly #deps: { prisma: PrismaClient; log: Logger; intervalMs?: number };
  readonly #limit = pLimit(maxConcurrentChecks);
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: { prisma: PrismaClient; log: Logger; intervalMs?: number }) {
    this.#deps = deps;
  }

  /**
   * Wraps the source of a stream. Within two intervals, the stream ends with `unauthenticated` after its token was revoked or
   * expired, with `forbidden` after the platform role of its user changed, and with any DomainError of `recheck`.
   * @param onOpen called when the stream is open; what it returns is called once, in whichever way the stream ends
   * @throws DomainError `rate_limited` when the user has 1,000 open streams; `return()` of the source was called then
   */
  guard<T>(
    ctx: RequestContext,
    source: AsyncIterator<T>,
    recheck: Recheck,
    onOpen?: () => () => void,
  ): AsyncIterableIterator<T> {
    const { userId } = ctx.actor;
    const count = this.#openOf.get(userId) ?? 0;
    if (count >= maxStreamsPerUser) {
      source.return?.()?.catch(() => {});
      throw new DomainError('rate_limited', `You have ${maxStreamsPerUser} open streams; close one first.`);
    }
    const onEnd = onOpen?.();
    const stream = guardedIterator(source, () => {
      this.#open.delete(entry);
      this.#count(userId, -1);
      onEnd?.();
    });
    const entry: OpenStream = { ctx, recheck, stream };
    this.#open.add(entry);
    this.#count(userId, 1);
    if (!this.#timer) this.#schedule();
    return stream.iterator;
  }

  #count(userId: string, change: 1 | -1): void {
    const count = (this.#openOf.get(userId) ?? 0) + change;
    if (count > 0) this.#openOf.set(userId, count);
    else this.#openOf.delete(userId);
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#checkAll()
        .catch((error) => this.#deps.log.warn({ err: error }, 'open streams could not be checked'))
        .finally(() => {
          if (this.#open.size > 0) this.#schedule();
          else this.#timer = undefined;
        });
    }, this.#deps.intervalMs ?? defaultIntervalMs);
    this.#timer.unref();
  }

  async #checkAll(): Promise<void> {
    const streams = [...this.#open];
    const known = new Map(streams.map(({ ctx }) => [ctx.actor.tokenId, ctx.actor]));
    const actors = await refreshActors(this.#deps.prisma, [...known.values()]);
    // All streams of one token share one cache of its access to spaces.
    const spaces = new Map(
      [...known.keys()].map((tokenId): [string, RequestContext['spaces']] => [tokenId, new Map()]),
    );
    await this.#limit.map(alike(streams), (some) => {
      const { tokenId } = some[0].ctx.actor;
      return this.#check(some, actors.get(tokenId), spaces.get(tokenId)!);
    });
  }

  /** Checks streams that are {@link alike}. */
  async #check(streams: Alike, actor: Actor | undefined, spaces: RequestContext['spaces']): Promise<void> {
    const [{ ctx, recheck }] = streams;
    if (!actor) {
      fail(streams, new DomainError('unauthenticated', 'The token of this stream is no longer valid.'));
      return;
    }
    if (actor.isPlatformAdmin !== ctx.actor.isPlatformAdmin) {
      fail(streams, new DomainError('forbidden', 'Your role has changed; open this stream again.'));
      return;
    }
    try {
      await recheck.check({ ...ctx, actor, spaces });
    } catch (error) {
      // When the database does not answer, the streams stay open; the next round checks them again.
      if (error instanceof DomainError && error.code !== 'storage_unavailable') fail(streams, error);
      else this.#deps.log.warn({ err: error, requestId: ctx.requestId }, 'open streams could not be checked');
    }
  }
}

/** Streams that one check decides about. */
type Alike = [OpenStream, ...OpenStream[]];

function alike(streams: readonly OpenStream[]): Alike[] {
  const groups = new Map<string, Alike>();
  for (const one of streams) {
    const { tokenId, isPlatformAdmin } = one.ctx.actor;
    const key = JSON.stringify([tokenId, isPlatformAdmin, ...one.recheck.key]);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()];
}

function fail(streams: Alike, error: DomainError): void {
  for (const { stream } of streams) stream.fail(error);
}
