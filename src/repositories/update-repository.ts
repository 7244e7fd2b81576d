import type { Repository } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { refuseNulls } from '../validation/check-input.js';
import { checkBranch } from '../workspaces/check-references.js';
import { lockDefaultBranch } from './branches/lock-default-branch.js';
import { checkRepositoryName } from './create-repository.js';
import { loadRepository } from './load-repository.js';
import type { RepositoryServices } from './repository-services.js';

/** What to change of a repository; what is absent stays. */
export interface UpdateRepositoryInput {
  name?: string | null;
  defaultBranch?: string | null;
  allowNonFastForward?: boolean | null;
}

/**
 * Changes the name, whether forced pushes are taken, or the default branch, which must exist and becomes what a clone
 * checks out. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`
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
  const { name, defaultBranch, allowNonFastForward } = refuseNulls(input);
  const newName = name === undefined ? undefined : checkRepositoryName(name);
  return services.prisma.$transaction(async (tx) => {
    await lockDefaultBranch(tx, repository.id);
    const newBranch =
      defaultBranch === undefined ? undefined : await checkBranch(services, repository, defaultBranch);
    const updated = await refuseDuplicate('name', () =>
      tx.repository.update({
        where: { id: repository.id },
        data: { name: newName, defaultBranch: newBranch, allowNonFastForward },
      }),
    );
    // Last: should the commit fail, clones check out the other branch until this is asked for again.
    if (newBranch) await (await services.git.repository(repository.id)).setDefaultBranch(newBranch);
    return updated;
  });
}
