import type { RequestContext } from '../context.js';
import { assertOwn } from '../sessions/load-session.js';
import { loadWorker } from './load-worker.js';
import type { WorkerServices } from './worker-services.js';

/**
 * Stops a worker and its sessions; idempotent. Needs the scope `execute` and the worker to be the caller's own (or a
 * space admin), who need not see its workspace any more; works in an archived workspace.
 * @throws DomainError `not_found` for an id never issued, `insufficient_scope`, `forbidden`
 */
export async function stopWorker(
  services: WorkerServices,
  ctx: RequestContext,
  spaceSlug: string,
  workerId: string,
): Promise<void> {
  const loaded = await loadWorker(services, ctx, spaceSlug, workerId, null, 'execute');
  assertOwn(ctx, loaded, loaded.worker);
  await services.workers.stop(loaded.worker.id);
}
