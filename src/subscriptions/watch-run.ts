import type { RequestContext } from '../context.js';
import { checkRunCursor } from '../notebook-runs/check-run-cursor.js';
import { followRun, type RunEntry } from '../notebook-runs/follow-run.js';
import { loadRun } from '../notebook-runs/load-run.js';
import type { NotebookRunServices } from '../notebook-runs/notebook-run-services.js';
import { readRunCursor } from '../notebook-runs/run-cursor.js';
import type { SubscriptionServices } from './subscription-services.js';

/**
 * Replays the events of a run of a notebook after a cursor, then follows it to its end. Needs the scope `read` and `can_view`.
 * @param after the cursor of the last known event; default none
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, before the first event or later when the caller loses
 *   access; `invalid_request` naming `after` when it is not the cursor of an event that the run has
 */
export async function watchRun(
  services: Pick<SubscriptionServices, 'streamGuard'> & NotebookRunServices,
  ctx: RequestContext,
  runId: string,
  after: string | null | undefined,
): Promise<AsyncIterableIterator<RunEntry>> {
  const { run } = await loadRun(services, ctx, runId);
  const cursor = readRunCursor(after);
  await checkRunCursor(services, run, cursor);
  return services.streamGuard.guard(ctx, followRun(services, run.id, cursor), {
    key: ['run', run.id],
    check: (fresh) => loadRun(services, fresh, run.id),
  });
}
