import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import type { RequestContext } from '../context.js';
import { loadWorker } from './load-worker.js';
import type { WorkerServices } from './worker-services.js';

/**
 * Stops a worker and its sessions. Idempotent; works in an archived workspace. The caller needs the scope `execute`,
 * and must have started the worker or be a space admin; they need not have access to its workspace any more.
 * @throws DomainError `not_found` for an id never issued, `insufficient_scope`, `forbidden`
 */
export async function stopWorker(
  services: WorkerServices,
  ctx: RequestContext,
  spaceSlug: string,
  workerId: string,
): Promise<void> {
  const loaded = await loadWorker(services, ctx, spaceSlug, workerId, null, 'execute');
  assertOwnerOrAdmin(ctx, loaded, loaded.worker);
  await services.workers.stop(loaded.worker.id, 'requested', ctx.actor.userId);
}
