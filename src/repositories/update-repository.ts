import type { Repository } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { checkChanges } from '../validation/check-changes.js';
import { checkBranch } from '../workspaces/check-references.js';
import { lockDefaultBranch } from './branches/lock-default-branch.js';
import { checkRepositoryName } from './create-repository.js';
import { loadRepository } from './load-repository.js';
import type { RepositoryServices } from './repository-services.js';

/** The fields of a repository to change; an absent field stays as it is. */
export interface UpdateRepositoryInput {
  name?: string | null;
  defaultBranch?: string | null;
  /** Whether forced pushes are allowed. */
  allowNonFastForward?: boolean | null;
}

/**
 * Changes a repository. A new default branch must exist; clones check it out from then on. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `invalid_ref`, `already_exists`
 */
export async function updateRepository(
  services: RepositoryServices,
  ctx: RequestContext,
  spaceSlug: string,
  id: string,
  input: UpdateRepositoryInput,
): Promise<Repository> {
  await loadAdminSpace(services, ctx, spaceSlug);
  const { repository } = await loadRepository(services, ctx, spaceSlug, id, 'edit');
  const { given, checked } = await checkChanges(input, ({ name, defaultBranch: branch }) => ({
    name: () => (name === undefined ? undefined : checkRepositoryName(name)),
    // Checked again below, under the lock.
    branch: () => (branch === undefined ? undefined : checkBranch(services, repository, branch)),
  }));
  const { defaultBranch, allowNonFastForward } = given;
  return services.prisma.$transaction(async (tx) => {
    await lockDefaultBranch(tx, repository.id);
    const newBranch =
      defaultBranch === undefined ? undefined : await checkBranch(services, repository, defaultBranch);
    const updated = await refuseDuplicate('name', () =>
      tx.repository.update({
        where: { id: repository.id },
        data: { name: checked.name, defaultBranch: newBranch, allowNonFastForward },
      }),
    );
    // HEAD is written last. If the transaction then fails, HEAD names the new branch until the request is repeated.
    if (newBranch) await (await services.git.repository(repository.id)).setDefaultBranch(newBranch);
    return updated;
  });
}
