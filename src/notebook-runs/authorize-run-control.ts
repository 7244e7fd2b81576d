import type { AuthorizeRepeat } from '../access/repeated-request.js';
import { loadOwnRun } from './load-run.js';

/** Authorizes a repeated `cancelNotebookRun`: the run is the caller's, or they are a space admin. */
export const authorizeRunControl: AuthorizeRepeat = (services, ctx, { spaceSlug, runId = '' }) =>
  loadOwnRun(services, ctx, runId, { spaceSlug });
