import type { Repository } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { refuseNulls } from '../validation/check-input.js';
import { refuseDuplicate } from '../validation/refuse-duplicate.js';
import { checkBranch } from '../workspaces/check-references.js';
import { lockDefaultBranch } from './branches/lock-default-branch.js';
import { checkRepositoryName } from './create-repository.js';
import { loadRepository } from './load-repository.js';

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
  ctx: RequestContext,
  spaceSlug: string,
  id: string,
  input: UpdateRepositoryInput,
): Promise<Repository> {
  await loadAdminSpace(ctx, spaceSlug);
  const { repository } = await loadRepository(ctx, spaceSlug, id, 'edit');
  const { name, defaultBranch, allowNonFastForward } = refuseNulls(input);
  const newName = name === undefined ? undefined : checkRepositoryName(name);
  return ctx.services.prisma.$transaction(async (tx) => {
    await lockDefaultBranch(tx, repository.id);
    const newBranch =
      defaultBranch === undefined ? undefined : await checkBranch(ctx, repository, defaultBranch);
    const updated = await refuseDuplicate('name', () =>
      tx.repository.update({
        where: { id: repository.id },
        data: { name: newName, defaultBranch: newBranch, allowNonFastForward },
      }),
    );
    // Last: should the commit fail, clones check out the other branch until this is asked for again.
    if (newBranch) await (await ctx.services.git.repository(repository.id)).setDefaultBranch(newBranch);
    return updated;
  });
}
