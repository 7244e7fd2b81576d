import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { refreshActors } from '../access/refresh-actors.js';
import type { Actor, RequestContext } from '../context.js';
import { type GuardedIterator, guardedIterator } from '../engines/events/guarded-iterator.js';
import { DomainError } from '../errors.js';

/** Asks whether a stream may go on, with a context that has read nothing yet. @throws DomainError when it may not */
export type Recheck = (fresh: RequestContext) => Promise<unknown>;

/** Holds every open stream to the permissions of this moment, not to those at which it was opened. */
export interface StreamGuard {
  /**
   * Wraps the source of a stream. It ends with `unauthenticated` when the token is revoked or expired, `forbidden`
   * when its user's platform role changed, and else with what `recheck` throws; each within two intervals.
   * @throws DomainError `rate_limited` when the user has too many streams open; the source is returned then
   */
  guard<T>(ctx: RequestContext, source: AsyncIterator<T>, recheck: Recheck): AsyncIterableIterator<T>;
}

interface Open {
  ctx: RequestContext;
  recheck: Recheck;
  stream: GuardedIterator<unknown>;
}

const defaultIntervalMs = 2_000;
const streamsPerUser = 1_000;
const checksAtOnce = 8;

/** Makes the {@link StreamGuard}; its one timer runs only while a stream is open. */
export function createStreamGuard(deps: {
  prisma: PrismaClient;
  log: Logger;
  intervalMs?: number;
}): StreamGuard {
  const open = new Set<Open>();
  let timer: NodeJS.Timeout | undefined;

  function schedule(): void {
    timer = setTimeout(() => {
      checkAll()
        .catch((error) => deps.log.warn({ err: error }, 'open streams could not be checked'))
        .finally(() => {
          if (open.size > 0) schedule();
          else timer = undefined;
        });
    }, deps.intervalMs ?? defaultIntervalMs);
    timer.unref();
  }

  async function checkAll(): Promise<void> {
    const streams = [...open];
    const tokenIds = [...new Set(streams.map(({ ctx }) => ctx.actor.tokenId))];
    const actors = await refreshActors(deps.prisma, tokenIds);
    const spaces = new Map(
      tokenIds.map((tokenId): [string, RequestContext['spaces']] => [tokenId, new Map()]),
    );
    const next = streams.values();
    const work = async () => {
      for (const one of next) {
        const { tokenId } = one.ctx.actor;
        await check(one, actors.get(tokenId), spaces.get(tokenId)!);
      }
    };
    await Promise.all(Array.from({ length: checksAtOnce }, work));
  }

  async function check(
    { ctx, recheck, stream }: Open,
    actor: Actor | undefined,
    spaces: RequestContext['spaces'],
  ): Promise<void> {
    if (!actor) {
      stream.fail(new DomainError('unauthenticated', 'The token of this stream is no longer valid.'));
    } else if (actor.isPlatformAdmin !== ctx.actor.isPlatformAdmin) {
      stream.fail(new DomainError('forbidden', 'Your role has changed; open this stream again.'));
    } else {
      try {
        await recheck({ ...ctx, actor, spaces });
      } catch (error) {
        // Only a refusal ends a stream; when the database does not answer, the next round asks again.
        if (error instanceof DomainError && error.code !== 'storage_unavailable') stream.fail(error);
        else deps.log.warn({ err: error, requestId: ctx.requestId }, 'an open stream could not be checked');
      }
    }
  }

  return {
    guard(ctx, source, recheck) {
      const mine = [...open].filter((one) => one.ctx.actor.userId === ctx.actor.userId);
      if (mine.length >= streamsPerUser) {
        source.return?.()?.catch(() => {});
        throw new DomainError(
          'rate_limited',
          `You may hold ${streamsPerUser} streams at once; close one first.`,
        );
      }
      const stream = guardedIterator(source, () => open.delete(entry));
      const entry: Open = { ctx, recheck, stream };
      open.add(entry);
      if (!timer) schedule();
      return stream.iterator;
    },
  };
}
