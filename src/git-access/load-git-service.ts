import { loadSpace } from '../access/load-space.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import type { GitService } from '../engines/git/git-store.js';
import { DomainError, notFound } from '../errors.js';
import { type LoadedTarget, loadFileTarget } from '../files/file-target.js';
import type { GitAccessServices } from './git-access-services.js';

/** The address of a repository for Git clients: `/git/{spaceSlug}/{name}.git`. */
export interface GitAddress {
  spaceSlug: string;
  name: string;
}

/** A repository that the caller may fetch from or push to. */
export interface LoadedGitService {
  target: LoadedTarget;
  service: GitService;
}

/**
 * Loads a repository by its name and authorizes the caller by the same rules as for files: `view` to fetch (scope `read`),
 * `edit` to push (scope `write`).
 * @throws DomainError `insufficient_scope`, `forbidden`; `not_found`, with the same text for an unknown space, an unknown
 *   repository, and a space that the caller is not a member of
 */
export async function loadGitService(
  services: GitAccessServices,
  ctx: RequestContext,
  address: GitAddress,
  need: 'view' | 'edit',
): Promise<LoadedGitService> {
  const target = await loadFileTarget(
    services,
    ctx,
    address.spaceSlug,
    { repositoryId: await idOf(services, ctx, address) },
    need,
  );
  return { target, service: await services.git.serve(target.repository.id) };
}

async function idOf(
  services: PrismaService,
  ctx: RequestContext,
  { spaceSlug, name }: GitAddress,
): Promise<string> {
  const access = await loadSpace(services, ctx, spaceSlug).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'not_found') return null;
    throw error;
  });
  if (!access) throw notFound('The repository');
  const where = { spaceId_name: { spaceId: access.space.id, name } };
  const found = await services.prisma.repository.findUnique({ where, select: { id: true } });
  if (!found) throw notFound('The repository');
  return found.id;
}
