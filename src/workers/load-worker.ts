import type { Prisma, TokenScope } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import { workspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';
import { isUuid } from '../validation/validate.js';
import { assertMay, type Need } from '../workspaces/load-workspace.js';

const include = { workspace: { include: { grants: true } } } satisfies Prisma.WorkerInclude;

/** A worker that the caller is authorized for. */
export interface LoadedWorker {
  access: SpaceAccess;
  worker: Prisma.WorkerGetPayload<{ include: typeof include }>;
}

/**
 * Loads a worker by its space and id, and authorizes the caller in its workspace.
 * @param need what the caller must be allowed in the workspace; null if membership of the space is enough
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadWorker(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  workerId: string,
  need: Need | null,
  scope: TokenScope,
): Promise<LoadedWorker> {
  const access = await loadSpace(services, ctx, spaceSlug);
  const worker = isUuid(workerId)
    ? await services.prisma.worker.findUnique({ where: { id: workerId }, include })
    : null;
  if (worker?.workspace.spaceId !== access.space.id) throw notFound('The worker');
  requireScope(ctx, scope);
  if (need) assertMay(workspacePermissions({ userId: ctx.actor.userId, access }, worker.workspace), need);
  return { access, worker };
}
