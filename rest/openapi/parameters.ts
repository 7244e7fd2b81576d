import { z } from 'zod';
import { takesIdempotencyKey } from '../idempotency.js';
import type { RouteDescription } from '../route.js';
import type { JsonSchema } from './json-schema.js';

/** What the parameters of paths are. */
const pathParameters: Record<string, string> = {
  workspace_id: 'The workspace.',
  repository_id: 'The repository.',
  notebook_id: 'The notebook: the `notebook_id` of files.',
  link_id: 'The link.',
  worker_id: 'The worker.',
  session_id: 'The kernel session.',
  execution_id: 'The run: the header `X-Execution-Id` of its stream.',
};

/** The schema of what a client sends. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, {
    io: 'input',
    // What every integer of JavaScript is under says nothing about the API.
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  const properties = Object.entries((described.properties ?? {}) as Record<string, JsonSchema>);
  return {
    ...described,
    properties: Object.fromEntries(properties.map(([name, field]) => [name, lifted(field)])),
  };
}

/** With the description of what a field holds when it is not null, where it has none itself. */
function lifted(field: JsonSchema): JsonSchema {
  const [inner] = (field.anyOf ?? []) as JsonSchema[];
  return inner?.description && !field.description ? { description: inner.description, ...field } : field;
}

/** The parameters of an operation: of its path, its query and its headers. */
export function describeParameters(route: RouteDescription): JsonSchema[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: pathParameters[name!],
    schema: { type: 'string' },
  }));
  const query = route.query ? inputSchema(route.query) : {};
  const required = new Set(query.required as string[] | undefined);
  const inQuery = Object.entries((query.properties ?? {}) as Record<string, JsonSchema>).map(
    ([name, { description, ...schema }]) => ({
      name,
      in: 'query',
      required: required.has(name),
      description,
      schema,
    }),
  );
  return [{ $ref: '#/components/parameters/space_slug' }, ...inPath, ...inQuery, ...headers(route)];
}

function headers(route: RouteDescription): JsonSchema[] {
  const names = [];
  if (takesIdempotencyKey(route)) names.push('Idempotency-Key');
  if (route.responds.kind === 'stream') names.push('Last-Event-ID');
  if (route.responds.kind === 'file') names.push('If-None-Match');
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

/** The parameters that operations share. */
export const sharedParameters: Record<string, JsonSchema> = {
  space_slug: {
    name: 'space_slug',
    in: 'path',
    required: true,
    description: 'The space.',
    schema: { type: 'string' },
  },
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Repeats the first 2xx answer to the same request for 24 hours, instead of running it again.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  },
  'Last-Event-ID': {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'The last event that the client has; the stream goes on after it.',
    schema: { type: 'string', pattern: '^\\d{0,9}$' },
  },
  'If-None-Match': {
    name: 'If-None-Match',
    in: 'header',
    description: 'The `ETag` that the client has; 304 while it is the current one.',
    schema: { type: 'string' },
  },
};
