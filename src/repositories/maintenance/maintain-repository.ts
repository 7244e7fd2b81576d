import type { Repository } from '../../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../../access/require-admin.js';
import type { RequestContext } from '../../context.js';
import { loadRepository } from '../load-repository.js';
import type { MaintenanceServices } from './maintenance-services.js';

/**
 * Queues a repository for maintenance, even when it does not need one yet. For space admins with the scope `admin`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `overloaded`
 */
export async function maintainRepository(
  services: MaintenanceServices,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
): Promise<Repository> {
  await loadAdminSpace(services, ctx, spaceSlug);
  const { repository } = await loadRepository(services, ctx, spaceSlug, repositoryId, 'edit');
  await services.maintenance.request(repository.id);
  return repository;
}
