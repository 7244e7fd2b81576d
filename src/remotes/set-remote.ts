import type { Prisma, RepositoryRemote } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { invalidField } from '../errors.js';
import { loadRepository } from '../repositories/load-repository.js';
import { type CheckedRemote, checkRemoteInput, type RemoteInput } from './check-remote-input.js';
import { secretPlace } from './remote-credentials.js';
import type { RemoteServices } from './remote-services.js';
import type { Remotes } from './remotes.js';

/**
 * Has a repository mirror a remote, or mirror it otherwise, and queues a sync. A kept secret goes to no other host and
 * user than those that it was given for. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `runtime_unavailable`, `invalid_request`
 */
export async function setRemote(
  services: RemoteServices,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
  input: RemoteInput,
): Promise<RepositoryRemote> {
  const { prisma, bus, remotes } = services;
  await loadAdminSpace(services, ctx, spaceSlug);
  const { repository } = await loadRepository(services, ctx, spaceSlug, repositoryId, 'edit');
  const checked = checkRemoteInput(remotes, input);
  const where = { repositoryId: repository.id };
  const [before, remote] = await prisma.$transaction(async (tx) => {
    const old = await tx.repositoryRemote.findUnique({ where });
    const data = remoteData(remotes, repository.id, checked, old);
    const isOther = old?.url !== checked.url;
    const forgotten = { lastSyncedAt: null, lastAttemptAt: null, conflicts: [] };
    return [
      old,
      await tx.repositoryRemote.upsert({
        where,
        create: { ...where, ...data },
        update: { ...data, revision: { increment: 1 }, failures: 0, ...(isOther ? forgotten : {}) },
      }),
    ];
  });
  if (before) await remotes.cancel(repository.id);
  bus.publish('remote', repository.id, { repositoryId: repository.id });
  remotes.wake();
  return remote;
}

/**
 * The columns of a remote that is set: due now.
 * @param before what was set until now
 * @throws DomainError `invalid_request` naming `secret` where the kept one is not for this host and user
 */
export function remoteData(
  remotes: Remotes,
  repositoryId: string,
  checked: CheckedRemote,
  before: RepositoryRemote | null,
) {
  const { secret, ...data } = checked;
  const place = secretPlace(repositoryId, checked.url);
  let sealed = before?.secret ?? null;
  if (secret !== undefined) sealed = secret === null ? null : remotes.box.seal(secret, place);
  else if (
    sealed &&
    (secretPlace(repositoryId, before!.url) !== place || before!.username !== data.username)
  ) {
    throw invalidField('secret', 'must be given again, or as null, for another host or username');
  }
  return {
    ...data,
    secret: sealed,
    syncStatus: 'pending',
    lastError: null,
    nextSyncAt: new Date(),
  } satisfies Partial<Prisma.RepositoryRemoteUncheckedCreateInput>;
}
