import type { ErrorCode } from '../../src/errors.js';

/** Why a session cannot be used. */
export const sessionErrors: readonly ErrorCode[] = ['workspace_archived', 'worker_not_live'];
