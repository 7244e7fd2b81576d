import { requireScope } from '../../access/require-scope.js';
import type { RequestContext } from '../../context.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import { assertRepositoryOpen, type LoadedRepository, loadRepository } from '../load-repository.js';

/**
 * Loads a repository whose branches are to be changed. Needs the scope `write` and `can_edit`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`
 */
export async function loadForBranchWrite(
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
