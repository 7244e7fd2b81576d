import { z } from 'zod';
import { FieldError, type FieldFault, type FieldPath } from '../src/errors.js';
import { fieldsOf, unwrapped } from './payloads/fields-of.js';
import { type Location, RequestError, type RequestFault } from './request-error.js';

/** The parts of a request in which a route takes fields. */
interface RequestParts {
  /** The path of the route, with `:name` for parameters. */
  path: string;
  query?: z.ZodType;
  body?: z.ZodType;
  /** Whether the body is the bytes of a file. */
  takesBytes?: boolean;
}

/**
 * The one way from the names of commands (`["newPath"]`) to those of REST (`["body", "new_path"]`): a {@link FieldError}
 * of a command becomes a {@link RequestError}; any other error stays as it is.
 */
export function locateError(error: unknown, route: RequestParts): unknown {
  if (!(error instanceof FieldError)) return error;
  const [first, ...more] = error.faults;
  const located = (fault: FieldFault): RequestFault => ({
    loc: locationOf(fault.path, route),
    msg: fault.message,
    type: fault.type,
  });
  const { code, cause, extra, retryAfterSeconds, headers } = error;
  const options = { cause, extra, retryAfterSeconds, headers };
  return new RequestError(code, [located(first), ...more.map(located)], options);
}

/** `newPath` as `new_path`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function locationOf(path: FieldPath, { path: route, query, body, takesBytes }: RequestParts): Location {
  if (path.length === 0) return ['body'];
  const name = snakeCase(String(path[0]));
  if (body && Object.hasOwn(fieldsOf(body), name)) return ['body', ...renamed(path, body)];
  if (query && Object.hasOwn(fieldsOf(query), name)) return ['query', ...renamed(path, query)];
  if (route.split('/').includes(`:${name}`)) return ['path', name];
  if (takesBytes) return ['body'];
  return [body ? 'body' : 'query', name, ...path.slice(1)];
}

/** Renames what the schema names, down to where it ends: the keys inside a notebook are the client's and stay. */
function renamed([key, ...rest]: FieldPath, schema: z.ZodType): (string | number)[] {
  if (key === undefined) return [];
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return [key, ...renamed(rest, inner.element as z.ZodType)];
  const name = snakeCase(String(key));
  const field = fieldsOf(inner)[name];
  return field ? [name, ...renamed(rest, field)] : [key, ...rest];
}
