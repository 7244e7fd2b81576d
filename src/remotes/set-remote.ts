import type { Prisma, RepositoryRemote } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { invalidField } from '../errors.js';
import { loadRepository } from '../repositories/load-repository.js';
import { type CheckedRemote, checkRemoteInput, type RemoteInput } from './check-remote-input.js';
import { secretScope } from './remote-credentials.js';
import type { RemoteServices } from './remote-services.js';
import type { Remotes } from './remotes.js';

/**
 * Sets or changes the remote that a repository mirrors, and queues a sync. A stored secret is used only for the host and
 * user for which it was given. For space admins.
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
  const checked = await checkRemoteInput(remotes, input);
  const where = { repositoryId: repository.id };
  const [before, remote] = await prisma.$transaction(async (tx) => {
    // Another request may be about to remove the secret that this one keeps.
    await tx.$queryRaw`SELECT 1 FROM "RepositoryRemote" WHERE "repositoryId" = ${repository.id}::uuid FOR UPDATE`;
    const old = await tx.repositoryRemote.findUnique({ where });
    const data = remoteData(remotes, repository.id, checked, old);
    const isOther = old?.url !== checked.url;
    const neverSynced = { lastSyncedAt: null, lastAttemptAt: null, conflicts: [] };
    return [
      old,
      await tx.repositoryRemote.upsert({
        where,
        create: { ...where, ...data },
        update: { ...data, revision: { increment: 1 }, failures: 0, ...(isOther ? neverSynced : {}) },
      }),
    ];
  });
  if (before) await remotes.cancel(repository.id);
  bus.publish('remote', repository.id, { repositoryId: repository.id });
  remotes.wake();
  return remote;
}

/**
 * The columns of a remote with new settings, due now.
 * @param before the row with the former settings; null when there is none
 * @throws DomainError `invalid_request` for the field `secret` when the stored one is for another host or user
 */
export function remoteData(
  remotes: Remotes,
  repositoryId: string,
  checked: CheckedRemote,
  before: RepositoryRemote | null,
) {
  const { secret, ...data } = checked;
  const scope = secretScope(repositoryId, checked.url);
  let sealed = before?.secret ?? null;
  if (secret !== undefined) sealed = secret === null ? null : remotes.box.seal(secret, scope);
  else if (
    sealed &&
    (secretScope(repositoryId, before!.url) !== scope || before!.username !== data.username)
  ) {
    throw invalidField('secret', 'must be given again, or as null, for another host or username');
  }
  return {
    ...data,
    secret: sealed,
    syncStatus: 'pending',
    lastError: null,
    lastErrorSubject: null,
    nextSyncAt: new Date(),
  } satisfies Partial<Prisma.RepositoryRemoteUncheckedCreateInput>;
}
