import type { RequestContext } from '../../context.js';
import { checkNewBranchName, checkRef } from '../../engines/git/check-ref.js';
import type { GitRepository, ResolvedRef } from '../../engines/git/git-store.js';
import { DomainError, invalidField } from '../../errors.js';
import { checkAll } from '../../validation/check-all.js';
import type { RepositoryServices } from '../repository-services.js';
import { assertBranchWritable } from './assert-branch-writable.js';
import type { Branch } from './list-branches.js';
import { loadForBranchWrite } from './load-for-branch-write.js';

/** A new branch. */
export interface CreateBranchInput {
  name: string;
  /** The branch, tag or commit at which it begins; default the default branch. */
  from?: string | null;
}

/**
 * Creates a branch. Needs the scope `write` and `can_edit` of the repository.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `branch_protected`, `invalid_ref`,
 *   `invalid_request` for an unknown `from`, `already_exists`, `storage_unavailable`
 */
export async function createBranch(
  services: RepositoryServices,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
  input: CreateBranchInput,
): Promise<Branch> {
  const loaded = await loadForBranchWrite(services, ctx, spaceSlug, repositoryId);
  const { repository } = loaded;
  const git = await services.git.repository(repository.id);
  const { name, start } = await checkAll({
    name: async () => {
      const checked = checkNewBranchName(input.name, 'name');
      await assertBranchWritable(services, loaded, checked);
      return checked;
    },
    start: () => resolveStart(git, input.from ?? repository.defaultBranch),
  });
  const { commitOid } = start;
  await unlessUnknown(git.createBranch(name, commitOid, start.kind === 'branch' ? start.name : undefined));
  const where = { repositoryId: repository.id, name };
  const isProtected = (await services.prisma.protectedBranch.count({ where })) > 0;
  return { name, commitOid, isProtected };
}

function resolveStart(git: GitRepository, from: string): Promise<ResolvedRef> {
  return unlessUnknown(git.resolveRef(checkRef(from, 'from')));
}

/** A commit that no branch or tag leads to counts as unknown, too. */
async function unlessUnknown<T>(found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'not_found')) throw error;
    throw invalidField('from', 'is not a branch, tag or commit of this repository', 'unknown');
  }
}
