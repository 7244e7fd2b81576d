import type { Repository } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import {
  type CreateRepositoryInput,
  checkRepositoryInput,
  createRepository,
} from '../repositories/create-repository.js';
import { checkAll } from '../validation/check-all.js';
import { checkRemoteInput, type RemoteInput } from './check-remote-input.js';
import type { RemoteServices } from './remote-services.js';
import { remoteData } from './set-remote.js';

/** The settings of a new repository; with a remote it becomes a mirror. */
export interface CreateRepositoryWithRemoteInput extends CreateRepositoryInput {
  /** The first sync runs in the background. */
  remote?: RemoteInput | null;
}

/**
 * Creates a repository, together with its remote in the same transaction if one is given. For space admins.
 * @throws DomainError as `createRepository`, and `runtime_unavailable` when remotes are off
 */
export async function createRepositoryWithRemote(
  services: RemoteServices,
  ctx: RequestContext,
  spaceSlug: string,
  { remote: remoteInput, ...input }: CreateRepositoryWithRemoteInput,
): Promise<Repository> {
  if (!remoteInput) return createRepository(services, ctx, spaceSlug, input);
  const { remotes } = services;
  await loadAdminSpace(services, ctx, spaceSlug);
  const { remote } = await checkAll({
    repository: () => checkRepositoryInput(input),
    remote: () => checkRemoteInput(remotes, remoteInput, ['remote']),
  });
  const repository = await createRepository(services, ctx, spaceSlug, input, (tx, repositoryId) =>
    tx.repositoryRemote.create({
      data: { repositoryId, ...remoteData(remotes, repositoryId, remote, null) },
    }),
  );
  remotes.wake();
  return repository;
}
