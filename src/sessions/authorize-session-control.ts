import type { AuthorizeRepeat } from '../access/repeated-request.js';
import { loadOwnSession } from './load-own-session.js';

/** Authorizes a repeated `interruptSession` or `restartSession`: the session is the caller's, or they are a space admin. */
export const authorizeSessionControl: AuthorizeRepeat = (services, ctx, { spaceSlug, sessionId = '' }) =>
  loadOwnSession(services, ctx, spaceSlug, sessionId);
