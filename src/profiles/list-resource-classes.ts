import type { ResourceClass } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { loadOnce, orderBy } from './load-once.js';

/**
 * Lists the resource classes, newest first. All spaces have the same, so spaces that are read together take one statement.
 * @param options.includeDisabled those too that no worker can be started with
 * @throws DomainError `insufficient_scope`
 */
export function listResourceClasses(
  { prisma }: PrismaService,
  ctx: RequestContext,
  { includeDisabled }: { includeDisabled: boolean },
): Promise<ResourceClass[]> {
  const where = includeDisabled ? {} : { isEnabled: true };
  const what = includeDisabled ? 'resource classes' : 'enabled resource classes';
  return loadOnce(ctx, what, () => prisma.resourceClass.findMany({ where, orderBy }));
}
