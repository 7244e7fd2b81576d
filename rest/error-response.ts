import { DomainError } from '../src/errors.js';
import { refusalOf } from '../src/refusal.js';
import { snakeCase } from './locate-error.js';
import { RequestError } from './request-error.js';

/** A `not_found` for a path that the server does not have. */
export function noSuchPath(): DomainError {
  return new DomainError(
    'not_found',
    'There is no such path; /openapi.json lists all paths of the REST API.',
  );
}

/** An error as it is sent. */
interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * The answer to what was thrown: `{"detail", "code", "request_id"}`, `errors` where values of the request are named, and
 * the further members of the error in snake_case. Only a {@link DomainError} shows its text.
 */
export function errorAnswer(error: unknown, requestId: string): ErrorAnswer {
  const { code, status, message, extra, headers } = refusalOf(error);
  const body = {
    detail: message,
    code,
    request_id: requestId,
    ...(error instanceof RequestError ? { errors: error.faults } : {}),
    ...Object.fromEntries(
      Object.entries(extra).map(([name, value]) => [snakeCase(name), inSnakeCase(value)]),
    ),
  };
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** {@link errorAnswer} as a response. */
export function errorResponse(error: unknown, requestId: string): Response {
  const { body, ...init } = errorAnswer(error, requestId);
  return new Response(body, init);
}

/** Renames the members of the objects in a value. */
function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [snakeCase(name), inSnakeCase(inner)]),
  );
}
