import type { Execution } from '../../prisma/generated/client/client.js';
import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import { loadSpace } from '../access/load-space.js';
import { workspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';
import { loadSessionById } from '../sessions/load-session.js';
import { assertMay } from '../workspaces/load-workspace.js';
import { loadExecution } from './read-execution.js';

/**
 * Loads an execution that the caller may control: with the scope `execute` and `can_edit`, they started its session or are a
 * space admin.
 * @param within the space and the session that it must belong to; default any
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadOwnExecution(
  services: PrismaService,
  ctx: RequestContext,
  executionId: string,
  { spaceSlug, sessionId }: { spaceSlug?: string | null; sessionId?: string | null } = {},
): Promise<Execution> {
  const spaceId = spaceSlug == null ? undefined : (await loadSpace(services, ctx, spaceSlug)).space.id;
  const execution = await loadExecution(services, ctx, executionId, { spaceId, sessionId, scope: 'execute' });
  const scope = { scope: 'execute' } as const;
  const loaded = await loadSessionById(services, ctx, execution.sessionId, notFound('The execution'), scope);
  const { userId } = ctx.actor;
  assertMay(workspacePermissions({ userId, access: loaded.access }, loaded.workspace), 'edit');
  assertOwnerOrAdmin(ctx, loaded, loaded.session);
  return execution;
}
