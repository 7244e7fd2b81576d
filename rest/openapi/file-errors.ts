import type { ErrorCode } from '../../src/errors.js';

/** Why files cannot be listed. */
export const listErrors: readonly ErrorCode[] = ['invalid_ref', 'payload_too_large'];

/** Why a file cannot be read. */
export const readErrors: readonly ErrorCode[] = [
  ...listErrors,
  'invalid_path',
  'unreadable_file',
  'overloaded',
];

/** Why a file cannot be written. */
export const writeErrors: readonly ErrorCode[] = [
  'invalid_ref',
  'invalid_path',
  'branch_protected',
  'workspace_archived',
];

/** Why a file cannot be created. */
export const createErrors: readonly ErrorCode[] = [...writeErrors, 'invalid_notebook', 'file_exists'];

/** Why a file cannot be saved. */
export const saveErrors: readonly ErrorCode[] = [...writeErrors, 'invalid_notebook', 'base_sha_conflict'];
