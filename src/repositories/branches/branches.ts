import type {
  PrismaClient,
  ProtectedBranch as ProtectedBranchRow,
  Repository,
} from '../../../prisma/generated/client/client.js';
import { loadSpaceById } from '../../access/load-space.js';
import { requireScope } from '../../access/require-scope.js';
import type { RequestContext } from '../../context.js';
import { loadTogether } from '../../engines/database/load-together.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import { rowsBy } from '../../engines/database/rows-by.js';
import { checkBranchName, checkRef } from '../../engines/git/check-ref.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import { DomainError, invalidField } from '../../errors.js';
import type { Listing } from '../../paging/listing.js';
import { nameListing } from '../../paging/name-listing.js';
import { checkAll } from '../../validation/check-all.js';
import { assertRepositoryOpen, type LoadedRepository, loadRepository } from '../load-repository.js';
import type { RepositoryServices } from '../repository-services.js';
import { assertBranchWritable } from './assert-branch-writable.js';
import { lockDefaultBranch } from './lock-default-branch.js';

/** A branch. */
export interface Branch {
  name: string;
  /** The commit at its tip. */
  commitOid: string;
  isProtected: boolean;
}

/** The name of a branch to which only space admins write directly. */
export type ProtectedBranch = Pick<ProtectedBranchRow, 'name'>;

/**
 * Lists the branches of a repository, sorted by name. Needs the scope `read` and `can_view` of the repository.
 * @throws DomainError `insufficient_scope`, `forbidden`, `storage_unavailable`; thrown when the listing is read
 */
export function listBranches(
  services: RepositoryServices,
  ctx: RequestContext,
  repository: Repository,
): Listing<Branch> {
  return nameListing(async () => {
    const protectedNames = new Set(
      (await loadProtectedBranches(services, ctx, repository)).map(({ name }) => name),
    );
    const branches = await loadTogether(ctx, 'branches', repository.id, (ids) => branchesOf(services, ids));
    return branches!.map((branch) => ({ ...branch, isProtected: protectedNames.has(branch.name) }));
  });
}

/**
 * Lists the protected branches of a repository, sorted by name. Needs the scope `read` and `can_view` of the repository.
 * @throws DomainError `insufficient_scope`, `forbidden`; thrown when the listing is read
 */
export function listProtectedBranches(
  services: PrismaService,
  ctx: RequestContext,
  repository: Repository,
): Listing<ProtectedBranch> {
  return nameListing(() => loadProtectedBranches(services, ctx, repository));
}

/** One repository after another: the files of each are read. */
async function branchesOf(
  { git }: RepositoryServices,
  ids: string[],
): Promise<Map<string, Omit<Branch, 'isProtected'>[]>> {
  const branches = new Map<string, Omit<Branch, 'isProtected'>[]>();
  for (const id of ids) branches.set(id, await (await git.repository(id)).branches());
  return branches;
}

async function loadProtectedBranches(
  services: PrismaService,
  ctx: RequestContext,
  repository: Repository,
): Promise<ProtectedBranch[]> {
  requireScope(ctx, 'read');
  const { space } = await loadSpaceById(services, ctx, repository.spaceId);
  await loadRepository(services, ctx, space.slug, repository.id, 'view');
  const branches = await loadTogether(ctx, 'protected branches', repository.id, async (ids) =>
    rowsBy(
      await services.prisma.protectedBranch.findMany({ where: { repositoryId: { in: ids } } }),
      ({ repositoryId }) => repositoryId,
    ),
  );
  return branches ?? [];
}

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
  const { name, commitOid } = await checkAll({
    name: async () => {
      const checked = checkBranchName(input.name, 'name');
      await assertBranchWritable(services, loaded, checked);
      return checked;
    },
    commitOid: () => resolveStart(git, input.from ?? repository.defaultBranch),
  });
  await unlessUnknown(git.createBranch(name, commitOid));
  const where = { repositoryId: repository.id, name };
  const isProtected = (await services.prisma.protectedBranch.count({ where })) > 0;
  return { name, commitOid, isProtected };
}

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
 * Removes a branch, its index and its protection, unless it is the default branch.
 * @param remove removes the branch from Git; returns false when Git kept it, then the index and protection stay as well
 * @returns false when it is the default branch: nothing was removed
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

async function resolveStart(git: GitRepository, from: string): Promise<string> {
  return (await unlessUnknown(git.resolveRef(checkRef(from, 'from')))).commitOid;
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
