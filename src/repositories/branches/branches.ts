import type {
  PrismaClient,
  ProtectedBranch as ProtectedBranchRow,
  Repository,
} from '../../../prisma/generated/client/client.js';
import { loadSpaceById } from '../../access/load-space.js';
import { requireScope } from '../../access/require-scope.js';
import type { RequestContext } from '../../context.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import { DomainError, invalidField } from '../../errors.js';
import type { Listing } from '../../paging/listing.js';
import { nameListing } from '../../paging/name-listing.js';
import { checkBranchName } from '../check-ref.js';
import { assertRepositoryOpen, type LoadedRepository, loadRepository } from '../load-repository.js';
import type { RepositoryServices } from '../repository-services.js';
import { assertBranchWritable } from './assert-branch-writable.js';
import { lockDefaultBranch } from './lock-default-branch.js';

/** A branch at the commit that it points to. */
export interface Branch {
  name: string;
  commitOid: string;
  isProtected: boolean;
}

/** The name of a branch that only space admins write to directly. */
export type ProtectedBranch = Pick<ProtectedBranchRow, 'name'>;

/**
 * The branches of a repository by name. Needs the scope `read` and `can_view` of the repository.
 * @throws DomainError `insufficient_scope`, `forbidden`, `storage_unavailable`; thrown when the listing is read
 */
export function listBranches(
  services: RepositoryServices,
  ctx: RequestContext,
  repository: Repository,
): Listing<Branch> {
  return nameListing(async () => {
    const guarded = new Set((await loadProtectedBranches(services, ctx, repository)).map(({ name }) => name));
    const branches = await (await services.git.repository(repository.id)).branches();
    return branches.map((branch) => ({ ...branch, isProtected: guarded.has(branch.name) }));
  });
}

/**
 * The protected branches by name. Needs the scope `read` and `can_view` of the repository.
 * @throws DomainError `insufficient_scope`, `forbidden`; thrown when the listing is read
 */
export function listProtectedBranches(
  services: PrismaService,
  ctx: RequestContext,
  repository: Repository,
): Listing<ProtectedBranch> {
  return nameListing(() => loadProtectedBranches(services, ctx, repository));
}

async function loadProtectedBranches(
  services: PrismaService,
  ctx: RequestContext,
  repository: Repository,
): Promise<ProtectedBranch[]> {
  requireScope(ctx, 'read');
  const { space } = await loadSpaceById(services, ctx, repository.spaceId);
  await loadRepository(services, ctx, space.slug, repository.id, 'view');
  return services.prisma.protectedBranch.findMany({
    where: { repositoryId: repository.id },
    select: { name: true },
  });
}

/** A new branch, which begins at a branch, tag or commit: by default at the default branch. */
export interface CreateBranchInput {
  name: string;
  from?: string | null;
}

/**
 * Makes a branch. Needs the scope `write` and `can_edit` of the repository.
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
  const name = checkBranchName(input.name, 'name');
  await assertBranchWritable(services, loaded, name);
  const git = await services.git.repository(repository.id);
  const commitOid = await createAt(git, name, input.from ?? repository.defaultBranch);
  const where = { repositoryId: repository.id, name };
  const isProtected = (await services.prisma.protectedBranch.count({ where })) > 0;
  return { name, commitOid, isProtected };
}

/**
 * Deletes a branch that is not the default one, with its index and its protection. Needs the scope `write` and
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
  const name = checkBranchName(branch, 'name');
  await assertBranchWritable(services, loaded, name);
  const { id } = loaded.repository;
  const git = await services.git.repository(id);
  const remove = async () => {
    await git.deleteBranch(name);
    return true;
  };
  if (!(await removeBranch(services.prisma, { repositoryId: id, name }, remove))) {
    throw invalidField('name', 'is the default branch; make another branch the default first');
  }
}

/**
 * Removes a branch with its index and its protection.
 * @param remove removes it from the repository; false when it is there still, then the rest stays, too
 * @returns false when it is the default branch, which stays
 */
export async function removeBranch(
  prisma: PrismaClient,
  branch: { repositoryId: string; name: string },
  remove: () => Promise<boolean>,
): Promise<boolean> {
  const { repositoryId, name } = branch;
  return prisma.$transaction(async (tx) => {
    if (name === (await lockDefaultBranch(tx, repositoryId))) return false;
    if (await remove()) {
      await tx.branchIndex.deleteMany({ where: { repositoryId, branch: name } });
      await tx.protectedBranch.deleteMany({ where: { repositoryId, name } });
    }
    return true;
  });
}

async function loadForBranchWrite(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
): Promise<LoadedRepository> {
  requireScope(ctx, 'write');
  const loaded = await loadRepository(services, ctx, spaceSlug, repositoryId, 'edit');
  assertRepositoryOpen(loaded);
  return loaded;
}

async function createAt(git: GitRepository, name: string, from: string): Promise<string> {
  try {
    const { commitOid } = await git.resolveRef(from);
    await git.createBranch(name, commitOid);
    return commitOid;
  } catch (error) {
    if (error instanceof DomainError && ['not_found', 'invalid_ref'].includes(error.code)) {
      throw invalidField('from', 'is not a branch, tag or commit of this repository', 'unknown');
    }
    throw error;
  }
}
