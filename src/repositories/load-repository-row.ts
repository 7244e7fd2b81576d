import type { Repository, Workspace, WorkspaceGrant } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { loadTogether } from '../engines/database/load-together.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';

/** A repository with what decides on permissions for it. */
export type RepositoryWithWorkspaces = Repository & {
  workspaces: (Workspace & { grants: WorkspaceGrant[] })[];
};

/**
 * Loads a repository that a row names which the caller may see. Those of many rows are loaded with one statement.
 * @throws DomainError `not_found`
 */
export async function loadRepositoryRow(
  { prisma }: PrismaService,
  ctx: RequestContext,
  id: string,
): Promise<Repository> {
  const repository = await loadTogether(ctx, 'repository', id, async (ids) => {
    const repositories = await prisma.repository.findMany({ where: { id: { in: ids } } });
    return new Map(repositories.map((one) => [one.id, one]));
  });
  if (!repository) throw notFound('The repository');
  return repository;
}

/**
 * Loads a repository with all its workspaces, which the caller may not see. Those of many rows are loaded together.
 * @returns undefined for an unknown id
 */
export function loadRepositoryWithWorkspaces(
  { prisma }: PrismaService,
  ctx: RequestContext,
  id: string,
): Promise<RepositoryWithWorkspaces | undefined> {
  return loadTogether(ctx, 'repository with workspaces', id, async (ids) => {
    const repositories = await prisma.repository.findMany({
      where: { id: { in: ids } },
      include: { workspaces: { include: { grants: true } } },
    });
    return new Map(repositories.map((one) => [one.id, one]));
  });
}
