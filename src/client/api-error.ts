/** What the gateway may answer when the same request can succeed a little later. */
const temporaryCodes: ReadonlySet<string> = new Set([
  'rate_limited',
  'request_timeout',
  'overloaded',
  'runtime_unavailable',
  'storage_unavailable',
  'issuer_unavailable',
  'gateway_restarted',
  'internal',
]);

/** An error that the gateway answered. Failures of the network are the errors of `fetch`. */
export class ApiError extends Error {
  /** From the closed list of codes, e.g. `base_sha_conflict`; `unknown` where the answer had none. */
  readonly code: string;
  /** Further members of the error, e.g. `currentSha` of a conflict. */
  readonly extensions: Record<string, unknown>;

  constructor(message: string, extensions: Record<string, unknown> = {}) {
    super(message);
    this.name = 'ApiError';
    this.extensions = extensions;
    this.code = typeof extensions.code === 'string' ? extensions.code : 'unknown';
  }
}

/** Whether the same request may succeed later: the network or the gateway was away, or busy. */
export function isTemporary(error: unknown): boolean {
  return !(error instanceof ApiError) || temporaryCodes.has(error.code);
}

/** The first error of an answer in the format of GraphQL; null when it has none. */
export function errorOf(answer: unknown): ApiError | null {
  const { errors } = (answer ?? {}) as { errors?: readonly { message: string; extensions?: object }[] };
  const first = errors?.[0];
  return first ? new ApiError(first.message, { ...first.extensions }) : null;
}
