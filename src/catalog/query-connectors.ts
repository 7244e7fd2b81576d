import type { QueryConnector } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { loadAdminSpace } from '../access/require-admin.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { notFound } from '../errors.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { checkId } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';
import type { CatalogServices } from './catalog-services.js';

/**
 * Lists the query connectors of a space, newest first. For every member. Needs the scope `read`.
 * @throws DomainError `not_found`, `insufficient_scope`; thrown when the listing is read
 */
export function listConnectors(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
): Listing<QueryConnector> {
  const where = async () => {
    requireScope(ctx, 'read');
    return { spaceId: (await loadSpace(services, ctx, spaceSlug)).space.id };
  };
  const { queryConnector } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => queryConnector.findMany(query),
    count: (query) => queryConnector.count(query),
  });
}

/**
 * Creates a query connector. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`
 */
export async function createConnector(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  name: string,
): Promise<QueryConnector> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const data = { spaceId: space.id, name: checkName(name) };
  return refuseDuplicate('name', () => services.prisma.queryConnector.create({ data }));
}

/**
 * Renames a query connector. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`
 */
export async function renameConnector(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  id: string,
  name: string,
): Promise<QueryConnector> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const where = { id: checkId(id, 'The connector'), spaceId: space.id };
  const data = { name: checkName(name) };
  const [connector] = await refuseDuplicate('name', () =>
    services.prisma.queryConnector.updateManyAndReturn({ where, data }),
  );
  if (!connector) throw notFound('The connector');
  return connector;
}

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
