import type { ErrorCode } from './errors.js';

/** The HTTP statuses of errors. */
export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 412 | 413 | 415 | 416 | 429 | 500 | 503;

/** The HTTP status of each error code, for every transport. */
export const statusOf: Record<ErrorCode, ErrorStatus> = {
  unauthenticated: 401,
  insufficient_scope: 403,
  forbidden: 403,
  branch_protected: 403,
  not_found: 404,
  method_not_allowed: 405,
  invalid_request: 400,
  invalid_path: 400,
  invalid_ref: 400,
  invalid_notebook: 400,
  file_exists: 409,
  base_sha_conflict: 409,
  unreadable_file: 409,
  precondition_failed: 412,
  range_not_satisfiable: 416,
  already_exists: 409,
  workspace_archived: 409,
  session_dead: 409,
  worker_not_live: 409,
  execution_id_reused: 409,
  execution_finished: 409,
  quota_exceeded: 409,
  idempotency_key_reused: 409,
  idempotency_in_progress: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  query_too_expensive: 400,
  runtime_unavailable: 503,
  session_starting: 503,
  storage_unavailable: 503,
  kernel_died: 503,
  worker_lost: 503,
  gateway_restarted: 503,
  internal: 500,
};
