import type { RouteDescription } from '../route-description.js';
import { inputSchema } from './input-schema.js';
import type { JsonSchema } from './json-schema.js';
import type { OperationExample } from './operation-example.js';

/** What the parameters of paths are. */
const pathParameters: Record<string, string> = {
  workspace_id: 'The id of the workspace.',
  repository_id: 'The id of the repository.',
  name: 'The name of the branch.',
  version_id: 'The id of the version.',
  notebook_id: 'The id of the notebook: the `notebook_id` of its file.',
  link_id: 'The id of the link.',
  worker_id: 'The id of the worker.',
  session_id: 'The id of the kernel session.',
  run_id: 'The id of the run of a notebook.',
  schedule_id: 'The id of the schedule of a workspace.',
  execution_id: 'The id of the run: the header `X-Execution-Id` of its stream.',
};

/** The parameters of an operation: of its path, its query and its headers. */
export function describeParameters(route: RouteDescription, example: OperationExample): JsonSchema[] {
  return [
    { $ref: '#/components/parameters/space_slug' },
    ...inPath(route, example.params ?? {}),
    ...inQuery(route, example.query ?? {}),
    ...inHeaders(route).map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
}

function inPath({ path }: RouteDescription, examples: Record<string, string>): JsonSchema[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: pathParameters[name!],
    schema: { type: 'string' },
    example: examples[name!],
  }));
}

function inQuery({ query }: RouteDescription, examples: Record<string, string>): JsonSchema[] {
  if (!query) return [];
  const { properties = {}, required = [] } = inputSchema(query) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    description,
    schema,
    ...(name in examples
      ? { example: schema.type === 'integer' ? Number(examples[name]) : examples[name] }
      : {}),
  }));
}

function inHeaders(route: RouteDescription): string[] {
  return [
    ...(route.repeats ? ['Idempotency-Key'] : []),
    ...(route.responds.kind === 'stream' ? ['Last-Event-ID'] : []),
    ...(route.responds.kind === 'runStream' ? ['Last-Event-ID-Run'] : []),
    ...(route.responds.kind === 'spaceStream' ? ['Last-Event-ID-Space'] : []),
    ...(route.guards ? ['If-Match', 'If-None-Match-Write'] : []),
    ...(route.responds.kind === 'replaced' ? ['If-Match-State', 'If-None-Match-State'] : []),
    ...(['file', 'tagged'].includes(route.responds.kind) ? ['If-None-Match'] : []),
    ...(route.responds.kind === 'bytes' ? ['If-None-Match', 'Range', 'If-Range'] : []),
  ];
}
