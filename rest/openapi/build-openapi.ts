import type { GraphQLSchema } from 'graphql';
import { basePath } from '../base-path.js';
import { isDeprecated } from '../deprecation.js';
import type { RouteDescription } from '../route.js';
import { describeData } from './data-schema.js';
import { describeErrors, errorSchema } from './errors.js';
import { describeEvents } from './events.js';
import type { Components, JsonSchema } from './json-schema.js';
import { describeParameters, inputSchema, sharedParameters } from './parameters.js';
import { describeSuccess, sharedHeaders } from './success.js';

/** An OpenAPI document: https://spec.openapis.org/oas/v3.1.1.html */
export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Record<string, JsonSchema>>;
  components: Record<string, Record<string, JsonSchema>>;
  [member: string]: unknown;
}

const about =
  'Git-backed notebook workspaces with live kernels. Lists take `page` and `size`. Unknown fields of a body are ' +
  'refused, unknown query parameters ignored. Everything here is also in the GraphQL API at `/graphql`.';

/**
 * Describes the REST API from its table of routes: what is sent by the schemas that check it, what is answered by the
 * GraphQL documents and the schema that they are executed on.
 */
export function buildOpenApi(routes: readonly RouteDescription[], schema: GraphQLSchema): OpenApiDocument {
  const components: Components = new Map([['Error', errorSchema]]);
  const data = describeData(schema, components);
  const events = describeEvents(data, components);
  const errors = new Map<string, JsonSchema>();
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) {
    const path = openApiPath(route);
    paths[path] = {
      ...paths[path],
      [route.method]: {
        operationId: operationId(route),
        summary: route.summary,
        tags: [route.path.split('/')[1]!],
        ...(isDeprecated(route) ? { deprecated: true } : {}),
        parameters: describeParameters(route),
        ...(route.body ? { requestBody: requestBody(route.body) } : {}),
        responses: { ...describeSuccess(route, data, components, events), ...describeErrors(route, errors) },
      },
    };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Notebook gateway', version: '1.0', description: about },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An API token.' } },
      parameters: sharedParameters,
      headers: sharedHeaders,
      responses: Object.fromEntries(errors),
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

/** The whole path of a route as OpenAPI writes it, e.g. `/api/…/spaces/{space_slug}/notebooks/workers/{worker_id}`. */
function openApiPath({ path }: Pick<RouteDescription, 'path'>): string {
  const base = basePath.replace(':space', '{space_slug}');
  return base + path.replace(/:(\w+)/g, '{$1}');
}

/** Unique: the method and the path in words, e.g. `get_workspaces_access`. */
function operationId({ method, path }: RouteDescription): string {
  return [method, ...path.split(/[/-]/).filter((part) => part && !part.startsWith(':'))]
    .concat(/:\w+$/.test(path) ? ['one'] : [])
    .join('_');
}

function requestBody(body: NonNullable<RouteDescription['body']>): JsonSchema {
  return { required: true, content: { 'application/json': { schema: inputSchema(body) } } };
}
