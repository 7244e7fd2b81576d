import type { ErrorCode } from '../../src/errors.js';

/** Why a worker or a session cannot be started. */
export const startErrors: readonly ErrorCode[] = [
  'invalid_path',
  'invalid_ref',
  'workspace_archived',
  'quota_exceeded',
  'runtime_unavailable',
];
