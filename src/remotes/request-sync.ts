import type { RepositoryRemote } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { remoteFaults } from '../engines/git/remote-fault.js';
import { DomainError, notFound } from '../errors.js';
import { loadRepository } from '../repositories/load-repository.js';
import type { RemoteServices } from './remote-services.js';

/**
 * Queues a sync and returns immediately. The status is `pending` until the sync has ended. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `runtime_unavailable`
 */
export async function requestSync(
  services: RemoteServices,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
): Promise<RepositoryRemote> {
  const { prisma, bus, remotes } = services;
  await loadAdminSpace(services, ctx, spaceSlug);
  const { repository } = await loadRepository(services, ctx, spaceSlug, repositoryId, 'edit');
  if (!remotes.available) throw new DomainError('runtime_unavailable', remoteFaults.git_missing);
  const [remote] = await prisma.repositoryRemote.updateManyAndReturn({
    where: { repositoryId: repository.id },
    data: { nextSyncAt: new Date(), syncStatus: 'pending' },
  });
  if (!remote) throw notFound('The remote');
  bus.publish('remote', repository.id, { repositoryId: repository.id });
  remotes.wake();
  return remote;
}
