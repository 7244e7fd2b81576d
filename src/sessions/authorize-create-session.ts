import type { AuthorizeRepeat } from '../access/repeated-request.js';
import { authorizeStartWorker } from '../workers/authorize-start-worker.js';
import { loadOwnWorker } from './create-session.js';

/** Authorizes a repeated `createSession`: `can_edit` over the workspace, and the right to use the named worker. */
export const authorizeCreateSession: AuthorizeRepeat = async (services, ctx, request) => {
  await authorizeStartWorker(services, ctx, request);
  const { spaceSlug, workerId } = request;
  if (workerId !== undefined) await loadOwnWorker(services, ctx, spaceSlug, workerId);
};
