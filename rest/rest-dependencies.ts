import type { GraphQLSchema } from 'graphql';
import type { ErrorCode } from '../src/errors.js';
import type { GraphQLExecutor } from '../src/server/graphql/graphql-executor.js';
import type { IdempotencyStore } from './idempotency/answer-once.js';
import type { ValueChecks } from './payloads/value-checks.js';

/** The caller of a request: what {@link RestDependencies.context} returns, opaque to REST. */
export type CallerContext = Parameters<GraphQLExecutor['execute']>[2];

/** What a body holds: fields as JSON, JSON with whole files in it, or the bytes of a file. */
export type BodyContent = 'fields' | 'files' | 'bytes';

/** What the REST layer is given by the composition root. */
export interface RestDependencies {
  executor: GraphQLExecutor;
  /**
   * Authenticates a request.
   * @param connection what the server gives with the request
   * @throws DomainError `unauthenticated`, `storage_unavailable`, `issuer_unavailable`, `rate_limited`
   */
  context(headers: Headers, connection: unknown): Promise<CallerContext>;
  /** The rules of the commands for single values. */
  checks: ValueChecks;
  /** The schema that the executor runs on; for the description at `/openapi.json`. */
  schema: GraphQLSchema;
  idempotency: IdempotencyStore<CallerContext>;
  body: {
    /**
     * Reads the body of a request within bounds, after it has checked the scope.
     * @param connection what the server gives with the request
     * @param expected.holds what the body holds, which decides how much JSON it may have
     * @throws DomainError `insufficient_scope`, `payload_too_large`, `invalid_request`, `request_timeout`, `rate_limited`,
     *   `overloaded`
     */
    read(
      connection: unknown,
      caller: CallerContext,
      expected: { scope: 'read' | 'write' | 'execute'; holds: BodyContent },
    ): Promise<Uint8Array>;
  };
  /** A JSON codec that keeps the number tokens of what is nested in a body. */
  json: {
    /**
     * @param options.isTransferred whether the caller does not use `bytes` again; then a large body is not copied
     * @throws DomainError `invalid_request`, and for large notebooks `payload_too_large`, `rate_limited`, `overloaded`
     */
    parse(bytes: Uint8Array, caller: CallerContext, options: { isTransferred: boolean }): Promise<unknown>;
    stringify(value: unknown): string;
    /** The same, in UTF-8 where a part is written already; long texts in steps that leave the event loop free in between. */
    encode(value: unknown): Promise<string | Uint8Array<ArrayBuffer>>;
  };
  /** The id of a request, by the connection that the server gives with it; the server has set it as a header. */
  requestId(connection: unknown): string;
  /**
   * Is called with what was found out about a request: its operation, and the code of its error.
   * @param connection what the server gives with the request
   */
  note(connection: unknown, found: { operation?: string; code?: ErrorCode }): void;
  /** Is called with what is answered as a masked 500, and with answers that could not be stored. */
  onInternalError(error: unknown, requestId: string): void;
  /**
   * Ends the connection of an answer whose body failed, so that the client notices it.
   * @param connection what the server gives with the request
   */
  cutAnswer(error: unknown, connection: unknown): void;
}

/** The variables of Hono's context: the caller, once a request is authenticated. */
export interface RestEnv {
  Variables: { caller: CallerContext };
}
