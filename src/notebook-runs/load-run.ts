import type { NotebookRun, Prisma, TokenScope, Workspace } from '../../prisma/generated/client/client.js';
import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import { loadSpace, loadSpaceById } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import { workspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';
import { isUuid } from '../validation/validate.js';
import { assertMay } from '../workspaces/load-workspace.js';

/** A run without the bytes of its notebook. */
export type RunRow = Omit<NotebookRun, 'notebook'>;

/** What is read of a run where its notebook is not needed. */
export const withoutNotebook = { notebook: true } as const satisfies Prisma.NotebookRunOmit;

/** A run for which the caller is authorized. */
export interface LoadedRun {
  run: RunRow;
  workspace: Workspace;
  access: SpaceAccess;
}

/**
 * Loads a run. The caller needs `can_view` in its workspace.
 * @param options.spaceSlug the space that it must belong to; default any
 * @param options.scope what the token must have; default `read`
 * @param options.need default `view`
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadRun(
  services: PrismaService,
  ctx: RequestContext,
  runId: string,
  options: { spaceSlug?: string; scope?: TokenScope; need?: 'view' | 'edit' } = {},
): Promise<LoadedRun> {
  const { spaceSlug, scope = 'read', need = 'view' } = options;
  const missing = notFound('The run');
  const spaceId = spaceSlug === undefined ? undefined : (await loadSpace(services, ctx, spaceSlug)).space.id;
  const found = isUuid(runId)
    ? await services.prisma.notebookRun.findUnique({
        where: { id: runId },
        omit: withoutNotebook,
        include: { workspace: { include: { grants: true } } },
      })
    : null;
  if (!found || (spaceId !== undefined && found.workspace.spaceId !== spaceId)) throw missing;
  const { workspace, ...run } = found;
  const access = await loadSpaceById(services, ctx, workspace.spaceId).catch(() => {
    throw missing;
  });
  requireScope(ctx, scope);
  assertMay(workspacePermissions({ userId: ctx.actor.userId, access }, workspace), need);
  return { run, workspace, access };
}

/**
 * Loads a run that the caller may control: with the scope `execute` and `can_edit`, they started it or are a space admin.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadOwnRun(
  services: PrismaService,
  ctx: RequestContext,
  runId: string,
  within: { spaceSlug?: string } = {},
): Promise<RunRow> {
  const loaded = await loadRun(services, ctx, runId, { ...within, scope: 'execute', need: 'edit' });
  assertOwnerOrAdmin(ctx, loaded, loaded.run);
  return loaded.run;
}
