import type { RequestContext } from '../context.js';
import type { Recheck, StreamGuard } from './stream-guard.js';

/**
 * Guards a transfer that is no iterator, e.g. the answer to a Git client, as `StreamGuard.guard` guards a stream.
 * @param onLost is called once when the caller has lost the permission, with the error that a stream would end with
 * @returns ends the checks
 * @throws DomainError `rate_limited` when the user has 1,000 open streams
 */
export function guardTransfer(
  streamGuard: StreamGuard,
  ctx: RequestContext,
  recheck: Recheck,
  onLost: (error: unknown) => void,
): () => void {
  const source: AsyncIterator<never> = { next: () => new Promise(() => {}) };
  const guarded = streamGuard.guard(ctx, source, recheck);
  guarded.next().catch(onLost);
  return () => void guarded.return?.();
}
