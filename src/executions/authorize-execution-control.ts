import type { AuthorizeRepeat } from '../access/repeated-request.js';
import { loadOwnSession } from '../sessions/load-own-session.js';

/**
 * Authorizes a repeated `executeCells`, `cancelExecution`, `answerInput`, `sendCommMessage`, `completeCode` or `inspectCode`: the
 * session is the caller's, or they are a space admin.
 */
export const authorizeExecutionControl: AuthorizeRepeat = (services, ctx, { spaceSlug, sessionId = '' }) =>
  loadOwnSession(services, ctx, spaceSlug, sessionId);
