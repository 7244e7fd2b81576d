import type {
  ProtectedBranch as ProtectedBranchRow,
  Repository,
} from '../../../prisma/generated/client/client.js';
import { loadSpaceById } from '../../access/load-space.js';
import { requireScope } from '../../access/require-scope.js';
import type { RequestContext } from '../../context.js';
import { loadTogether } from '../../engines/database/load-together.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import { rowsBy } from '../../engines/database/rows-by.js';
import type { Listing } from '../../paging/listing.js';
import { nameListing } from '../../paging/name-listing.js';
import { loadRepository } from '../load-repository.js';
import type { RepositoryServices } from '../repository-services.js';

/** A branch as lists show it. `isProtected`: only space admins write to it directly. */
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
