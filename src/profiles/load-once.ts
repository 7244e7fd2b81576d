import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { loadTogether } from '../engines/database/load-together.js';

/** Newest first. */
export const orderBy = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];

/**
 * Loads rows that all spaces have: once for all spaces that are read together. Needs the scope `read`.
 * @param what names the rows in the cache of the request
 * @throws DomainError `insufficient_scope`
 */
export async function loadOnce<Row>(
  ctx: RequestContext,
  what: string,
  load: () => Promise<Row[]>,
): Promise<Row[]> {
  requireScope(ctx, 'read');
  const rows = await loadTogether(ctx, what, '', async ([all]) => new Map([[all!, await load()]]));
  return rows!;
}
