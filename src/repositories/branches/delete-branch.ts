import type { RequestContext } from '../../context.js';
import { branchNamed } from '../../engines/git/check-ref.js';
import { invalidField } from '../../errors.js';
import type { RepositoryServices } from '../repository-services.js';
import { assertBranchWritable } from './assert-branch-writable.js';
import { loadForBranchWrite } from './load-for-branch-write.js';
import { removeBranch } from './remove-branch.js';

/**
 * Deletes a branch, its index and its protection. The default branch cannot be deleted. Needs the scope `write` and
 * `can_edit` of the repository.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `branch_protected`, `invalid_ref`,
 *   `invalid_request` for the default branch, `storage_unavailable`
 */
export async function deleteBranch(
  services: RepositoryServices,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
  branch: string,
): Promise<void> {
  const loaded = await loadForBranchWrite(services, ctx, spaceSlug, repositoryId);
  const { id } = loaded.repository;
  const git = await services.git.repository(id);
  const name = await branchNamed(git, branch, 'name');
  await assertBranchWritable(services, loaded, name);
  const remove = async () => {
    await git.deleteBranch(name);
    return true;
  };
  if (!(await removeBranch(services.prisma, { repositoryId: id, name }, remove))) {
    throw invalidField('name', 'is the default branch; make another branch the default first');
  }
}
