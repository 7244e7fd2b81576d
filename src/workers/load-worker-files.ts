import type { Worker } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError } from '../errors.js';
import { loadRuntimePermissions } from '../workspaces/load-runtime-permissions.js';
import type { WorkerFileReader } from './worker-file-reader.js';
import type { WorkerServices } from './worker-services.js';

/** What the commands on the files of workers need. */
export interface WorkerFileServices extends WorkerServices {
  workerFiles: WorkerFileReader;
}

/**
 * Checks that the caller may read the files of a worker: with `can_view`, as the user who started it or as a space admin.
 * Needs the scope `read`.
 * @throws DomainError `insufficient_scope`, `forbidden`, `not_found` (space)
 */
export async function authorizeWorkerFiles(
  services: PrismaService,
  ctx: RequestContext,
  worker: Pick<Worker, 'workspaceId' | 'userId'>,
): Promise<void> {
  requireScope(ctx, 'read');
  const { canManage } = await loadRuntimePermissions(services, ctx, worker);
  if (!canManage) {
    throw new DomainError(
      'forbidden',
      'Only the user who started the worker, or a space admin, may read its files.',
    );
  }
}

/**
 * Checks that a worker has a folder with all files of its branch.
 * @throws DomainError `worker_not_live`
 */
export function assertHasFiles({ status }: Pick<Worker, 'status'>): void {
  if (status === 'ready' || status === 'busy') return;
  throw new DomainError(
    'worker_not_live',
    status === 'starting'
      ? 'The worker is still starting; try again when it is ready.'
      : 'This worker has stopped and its files are gone; start a new one.',
  );
}
