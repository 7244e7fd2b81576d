import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { loadRepository } from '../repositories/load-repository.js';
import { type MaintenanceState, readMaintenance } from '../repositories/maintenance/read-maintenance.js';
import type { SubscriptionServices } from './subscription-services.js';
import { watchChanges } from './watch-changes.js';

/**
 * Follows the maintenance of a repository, whichever replica does it. For space admins with the scope `admin`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, also later, when the caller's role changes
 */
export async function watchRepositoryMaintenance(
  services: SubscriptionServices,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
): Promise<AsyncIterableIterator<MaintenanceState>> {
  const authorize = async (current: RequestContext) => {
    await loadAdminSpace(services, current, spaceSlug);
    return (await loadRepository(services, current, spaceSlug, repositoryId, 'edit')).repository;
  };
  const repository = await authorize(ctx);
  return watchChanges(services, ctx, {
    topic: 'maintenance',
    spaceId: repository.spaceId,
    concerns: (event) => event.repositoryId === repository.id,
    changedSince: async () => [{ repositoryId: repository.id }],
    keyOf: (event) => event.repositoryId,
    read: (_event, _access, fresh) => readMaintenance(services, fresh, repository),
    recheck: { key: ['maintenance', spaceSlug, repositoryId], check: authorize },
  });
}
