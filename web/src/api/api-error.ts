import type { CombinedError } from 'urql';

/** An error of the API, as far as pages need it. */
export interface ApiFault {
  /** A sentence for the user. */
  message: string;
  /** A code of the API's closed list, e.g. `not_found`; undefined where the gateway did not answer. */
  code: string | undefined;
  /** The other members of the error, e.g. `currentSha` of a conflict. */
  extensions: Record<string, unknown>;
  /** The field of the document that failed, e.g. `file`; undefined where the gateway did not answer. */
  field?: string | undefined;
}

/** The fault of a token that the gateway refuses. */
export const invalidToken: ApiFault = {
  message: 'The token is not valid.',
  code: 'unauthenticated',
  extensions: {},
};

/** What the gateway was asked too early or too often for: the same request may succeed later. */
const temporaryCodes: ReadonlySet<string> = new Set([
  'rate_limited',
  'request_timeout',
  'overloaded',
  'runtime_unavailable',
  'session_starting',
  'storage_unavailable',
  'issuer_unavailable',
  'gateway_restarted',
  'internal',
]);

/** The first fault of a failed query or mutation. */
export function faultOf(error: CombinedError): ApiFault {
  const first = error.graphQLErrors[0];
  if (first) return graphqlFault(first);
  return { message: 'The gateway does not answer. Try again.', code: undefined, extensions: {} };
}

/** The fault that a GraphQL error stands for. */
export function graphqlFault(error: {
  message: string;
  extensions?: Record<string, unknown>;
  path?: readonly (string | number)[] | undefined;
}): ApiFault {
  const extensions = error.extensions ?? {};
  const code = typeof extensions.code === 'string' ? extensions.code : undefined;
  const field = error.path?.findLast((name) => typeof name === 'string');
  return { message: error.message, code, extensions, field };
}

/** Whether the same request may succeed later. */
export function isTemporary({ code }: ApiFault): boolean {
  return code === undefined || temporaryCodes.has(code);
}

/** Whether the gateway refused the token. */
export function isUnauthenticated(error: CombinedError): boolean {
  return error.graphQLErrors.some(({ extensions }) => extensions.code === 'unauthenticated');
}
