import type { Repository } from '../../prisma/generated/client/client.js';
import { loadSpaceById } from '../access/load-space.js';
import { visibleWorkspaces } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';

/**
 * The oldest workspace over a repository that is not archived and that the caller can view; null when there is none.
 * @throws DomainError `not_found` when the caller is no member of the repository's space
 */
export async function visibleWorkspaceId(
  services: PrismaService,
  ctx: RequestContext,
  repository: Pick<Repository, 'id' | 'spaceId'>,
): Promise<string | null> {
  const access = await loadSpaceById(services, ctx, repository.spaceId);
  const workspace = await services.prisma.workspace.findFirst({
    where: {
      AND: [
        visibleWorkspaces({ userId: ctx.actor.userId, access }),
        { defaultRepositoryId: repository.id, archivedAt: null },
      ],
    },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    select: { id: true },
  });
  return workspace?.id ?? null;
}
