/**
 * The closed list of error codes that a client may see, in GraphQL as `extensions.code` and in REST as `code`.
 * `error-status.ts` has the HTTP status of each.
 */
export const errorCodes = [
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
  'merge_conflict',
  'unreadable_file',
  'precondition_failed',
  'range_not_satisfiable',
  'already_exists',
  'workspace_archived',
  'session_dead',
  'kernel_busy',
  'worker_not_live',
  'execution_id_reused',
  'run_id_reused',
  'execution_finished',
  'source_mismatch',
  'input_not_expected',
  'quota_exceeded',
  'idempotency_key_reused',
  'idempotency_in_progress',
  'payload_too_large',
  'unsupported_media_type',
  'head_too_large',
  'rate_limited',
  'query_too_expensive',
  'request_timeout',
  'overloaded',
  'runtime_unavailable',
  'session_starting',
  'storage_unavailable',
  'issuer_unavailable',
  'kernel_died',
  'worker_lost',
  'gateway_restarted',
  'internal',
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

const knownCodes: ReadonlySet<unknown> = new Set(errorCodes);

/** Whether a value is one of {@link errorCodes}. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return knownCodes.has(value);
}

/**
 * The path to a field of a command's input, in the names of GraphQL: `["newPath"]`, `["changes", 3, "create", "path"]`.
 * An index counts from 0. The argument that holds the input is left out.
 */
export type FieldPath = readonly (string | number)[];

/** What is wrong with one field of a command's input. */
export interface FieldFault {
  path: FieldPath;
  /** The rest of a sentence that begins with the field's name, e.g. `must not be empty`. */
  message: string;
  /** A stable word in snake_case for programs, e.g. `too_short`. */
  type: string;
}

/** Optional parts of a {@link DomainError}. */
export interface DomainErrorOptions {
  /** More members for the response, in camelCase, e.g. `currentSha` of a conflict. No secrets and no paths of the host. */
  extra?: Record<string, unknown>;
  /** Seconds after which the client should try again; sent as `Retry-After`. */
  retryAfterSeconds?: number;
  /** More headers for the response of HTTP transports, by their names in lower case. */
  headers?: Record<string, string>;
  /** The underlying failure. It is logged and not sent to the client. */
  cause?: unknown;
}

/**
 * A failure that the client may see. Its message is one sentence without secrets that says what to do next. For any other
 * error, the client gets only the code `internal`.
 * @example throw new DomainError('quota_exceeded', 'You have 10 live workers; stop one first.');
 */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly extra: Record<string, unknown> | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Record<string, string>;

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.extra = options.extra;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers ?? {};
  }
}

/**
 * A {@link DomainError} about fields of the input. Its message is the sentence of the first fault.
 * @example throw new FieldError('invalid_path', [{ path: ['newPath'], message: 'is a folder', type: 'invalid_path' }]);
 */
export class FieldError extends DomainError {
  readonly faults: readonly [FieldFault, ...FieldFault[]];

  /** @param faults at least one */
  constructor(code: ErrorCode, faults: readonly [FieldFault, ...FieldFault[]], options?: DomainErrorOptions) {
    super(code, faultSentence(faults[0]), options);
    this.faults = faults;
  }
}

/**
 * The sentence of a fault: the field's path with dots, then what is wrong, e.g. `changes.3.path: must not be empty`. Without
 * a path it is about the whole input.
 */
function faultSentence({ path, message }: Pick<FieldFault, 'path' | 'message'>): string {
  return path.length === 0 ? `The body ${message}` : `${path.join('.')}: ${message}`;
}

/**
 * A `not_found`. Its text does not reveal whether the resource exists in another space.
 * @param what the subject of the sentence, e.g. `The file`
 * @param extra see {@link DomainErrorOptions}
 */
export function notFound(what: string, extra?: DomainErrorOptions['extra']): DomainError {
  return new DomainError('not_found', `${what} was not found.`, { extra });
}

/**
 * An `invalid_request` that names one field.
 * @param field the name of the field, or the path to it
 * @param message the rest of a sentence that begins with the field's name
 * @param type a stable word for programs; default `invalid`
 */
export function invalidField(field: string | FieldPath, message: string, type = 'invalid'): FieldError {
  const path = typeof field === 'string' ? [field] : field;
  return new FieldError('invalid_request', [{ path, message, type }]);
}

/**
 * A `method_not_allowed` with the header `Allow`.
 * @param methods those that the path takes
 */
export function methodNotAllowed(methods: readonly string[]): DomainError {
  const allow = methods.join(', ');
  return new DomainError('method_not_allowed', `This path takes ${allow}.`, { headers: { allow } });
}
