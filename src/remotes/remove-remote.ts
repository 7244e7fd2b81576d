import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { notFound } from '../errors.js';
import { loadRepository } from '../repositories/load-repository.js';
import type { RemoteServices } from './remote-services.js';

/**
 * Removes the remote of a repository and deletes its credentials. The fetched branches stay. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function removeRemote(
  services: RemoteServices,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
): Promise<void> {
  const { prisma, git, bus, remotes } = services;
  await loadAdminSpace(services, ctx, spaceSlug);
  const { repository } = await loadRepository(services, ctx, spaceSlug, repositoryId, 'edit');
  const { count } = await prisma.repositoryRemote.deleteMany({ where: { repositoryId: repository.id } });
  if (count === 0) throw notFound('The remote');
  await remotes.cancel(repository.id);
  await git.forgetRemotes(repository.id);
  bus.publish('remote', repository.id, { repositoryId: repository.id });
}
