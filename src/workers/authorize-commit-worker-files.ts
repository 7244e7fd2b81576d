import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import type { AuthorizeRepeat } from '../access/repeated-request.js';
import { loadWorker } from './load-worker.js';

/** Authorizes a repeated `commitWorkerFiles`: `can_edit`, and the worker is the caller's, or they are a space admin. */
export const authorizeCommitWorkerFiles: AuthorizeRepeat = async (services, ctx, request) => {
  const { spaceSlug, workerId = '' } = request;
  const loaded = await loadWorker(services, ctx, spaceSlug, workerId, 'edit', 'write');
  assertOwnerOrAdmin(ctx, loaded, loaded.worker);
};
