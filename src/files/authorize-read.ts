import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError } from '../errors.js';
import type { FileRows } from './file-target.js';
import { loadFilePermissions } from './load-file-permissions.js';

/**
 * Checks that the caller may read the files of rows that the request has loaded. The request may have taken the
 * permission away itself, e.g. when it gave a workspace to another owner.
 * @throws DomainError `insufficient_scope`, `forbidden`
 */
export async function authorizeRead(
  services: PrismaService,
  ctx: RequestContext,
  rows: FileRows,
): Promise<void> {
  requireScope(ctx, 'read');
  const { canView } = await loadFilePermissions(services, ctx, rows);
  if (!canView) {
    throw new DomainError(
      'forbidden',
      'You may not view these files; ask the owner of a workspace for access.',
    );
  }
}
