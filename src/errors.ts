/**
 * The closed list of error codes that a client may see, in GraphQL as `extensions.code` and in REST as `code`.
 * `rest/status.ts` is the one place that maps them to HTTP statuses.
 */
const errorCodes = [
  'unauthenticated',
  'insufficient_scope',
  'forbidden',
  'branch_protected',
  'not_found',
  'method_not_allowed',
  'invalid_request',
  'invalid_path',
  'invalid_ref',
  'invalid_notebook',
  'file_exists',
  'base_sha_conflict',
  'unreadable_file',
  'already_exists',
  'workspace_archived',
  'session_dead',
  'worker_not_live',
  'execution_id_reused',
  'execution_finished',
  'quota_exceeded',
  'idempotency_key_reused',
  'idempotency_in_progress',
  'payload_too_large',
  'unsupported_media_type',
  'rate_limited',
  'runtime_unavailable',
  'session_starting',
  'storage_unavailable',
  'kernel_died',
  'worker_lost',
  'gateway_restarted',
  'internal',
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

const knownCodes: ReadonlySet<unknown> = new Set(errorCodes);

/** Whether it is one of {@link errorCodes}. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return knownCodes.has(value);
}

/** What is wrong with one field of the input: `loc` is the way to it, e.g. `["body", "name"]`. */
export interface FieldFault {
  loc: (string | number)[];
  msg: string;
  type: string;
}

/** Optional parts of a {@link DomainError}. */
export interface DomainErrorOptions {
  /** Faults of single input fields; answered as `errors`. */
  fields?: FieldFault[];
  /** Further top-level members of the answer, e.g. `current_sha` of a conflict. Never secrets, never host paths. */
  extra?: Record<string, unknown>;
  /** Seconds after which trying again makes sense; answered as `Retry-After`. */
  retryAfterSeconds?: number;
  /** The underlying failure, for the log only; never answered. */
  cause?: unknown;
}

/**
 * A failure that the client is told about: `message` is one safe sentence that says what to do next.
 * Everything else that is thrown is answered as the masked code `internal`.
 */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly fields: FieldFault[] | undefined;
  readonly extra: Record<string, unknown> | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.fields = options.fields;
    this.extra = options.extra;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** A `not_found` whose text is the same for unknown things and for those of another space. */
export function notFound(what: string): DomainError {
  return new DomainError('not_found', `${what} was not found.`);
}

/** An `invalid_request` that names one field of the body, or of the query (`loc` is below `place`). */
export function invalidField(
  field: string | (string | number)[],
  msg: string,
  type = 'invalid',
  place: 'body' | 'query' = 'body',
): DomainError {
  const loc = [place, ...(Array.isArray(field) ? field : [field])];
  return new DomainError('invalid_request', `${loc.slice(1).join('.')}: ${msg}`, {
    fields: [{ loc, msg, type }],
  });
}
