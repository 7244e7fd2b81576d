import type { FileVersion } from '../../../prisma/generated/client/client.js';
import { requireScope } from '../../access/require-scope.js';
import type { RequestContext } from '../../context.js';
import { branchNamed } from '../../engines/git/check-ref.js';
import type { GitStore } from '../../engines/git/git-store.js';
import { keysetListing, positionKey, timeKey } from '../../paging/keyset-listing.js';
import type { Listing } from '../../paging/listing.js';
import { loadDocument } from '../documents/load-document.js';
import type { NotebookServices } from '../notebook-services.js';

/**
 * The versions of a notebook on one branch, newest first, under all the paths that it had. After a merge the versions of
 * both sides are sorted by time together, and no version comes before its ancestors. Needs the scope `read` and `can_view`
 * of the notebook's repository.
 * @param filter.branch default: the repository's default branch
 * @throws DomainError when the listing is read: `not_found`, `insufficient_scope`, `forbidden`, `invalid_ref`
 */
export function listVersions(
  services: NotebookServices & { git: Pick<GitStore, 'repository'> },
  ctx: RequestContext,
  spaceSlug: string,
  notebookId: string,
  filter: { branch?: string | null },
): Listing<FileVersion> {
  const where = async () => {
    requireScope(ctx, 'read');
    const { document, repository } = await loadDocument(services, ctx, spaceSlug, notebookId, 'view');
    const branch =
      filter.branch == null
        ? repository.defaultBranch
        : await branchNamed(await services.git.repository(repository.id), filter.branch);
    await services.indexer.ensure(repository.id, branch);
    return { documentId: document.id, branch };
  };
  const { fileVersion } = services.prisma;
  return keysetListing(
    { sortTime: timeKey, position: positionKey },
    {
      where,
      find: (query) => fileVersion.findMany(query),
      count: (query) => fileVersion.count(query),
    },
  );
}
