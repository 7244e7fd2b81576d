import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { notFound } from '../errors.js';
import { checkId } from '../validation/check-input.js';
import type { CatalogServices } from './catalog-services.js';

/**
 * Deletes a query connector and removes it from the workspaces that use it. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function deleteConnector(
  services: CatalogServices,
  ctx: RequestContext,
  spaceSlug: string,
  id: string,
): Promise<void> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const where = { id: checkId(id, 'The connector'), spaceId: space.id };
  const changed = await services.prisma.$transaction(async (tx) => {
    const { count } = await tx.queryConnector.deleteMany({ where });
    if (count === 0) throw notFound('The connector');
    return tx.$queryRaw<{ id: string }[]>`
      UPDATE "Workspace"
      SET "authoringQueryConnectorIds" = array_remove("authoringQueryConnectorIds", ${id}::uuid),
          "updatedAt" = CURRENT_TIMESTAMP
      WHERE "spaceId" = ${space.id}::uuid AND ${id}::uuid = ANY("authoringQueryConnectorIds")
      RETURNING "id"`;
  });
  for (const workspace of changed) {
    publishWorkspaceChange(services.bus, { id: workspace.id, spaceId: space.id }, 'updated');
  }
}
