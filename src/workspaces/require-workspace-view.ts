import type { Workspace } from '../../prisma/generated/client/client.js';
import { loadSpaceById } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { loadWorkspace } from './load-workspace.js';

/**
 * Authorizes a list of what belongs to a workspace: the scope `read`, and `can_view` of the workspace.
 * @throws DomainError `not_found` (space), `insufficient_scope`, `forbidden`
 */
export async function requireWorkspaceView(
  services: PrismaService,
  ctx: RequestContext,
  { id, spaceId }: Pick<Workspace, 'id' | 'spaceId'>,
): Promise<void> {
  requireScope(ctx, 'read');
  const { space } = await loadSpaceById(services, ctx, spaceId);
  await loadWorkspace(services, ctx, space.slug, id, 'view');
}
