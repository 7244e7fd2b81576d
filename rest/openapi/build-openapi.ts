import type { GraphQLSchema } from 'graphql';
import { basePath } from '../base-path.js';
import type { RouteDescription } from '../route-description.js';
import { DataSchemas } from './data-schemas.js';
import { describeEvents } from './describe-events.js';
import { describeOperation } from './describe-operation.js';
import { describeRunEvents } from './describe-run-events.js';
import { describeSpaceEvents } from './describe-space-events.js';
import { errorSchema } from './error-schema.js';
import { sharedHeaders } from './headers.js';
import type { Components, JsonSchema } from './json-schema.js';
import { sharedParameters } from './shared-parameters.js';
import { describeTags } from './tags.js';

/** An OpenAPI document: https://spec.openapis.org/oas/v3.1.1.html */
export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Record<string, JsonSchema>>;
  components: Record<string, Record<string, JsonSchema>>;
  [member: string]: unknown;
}

const about =
  'Git-backed notebook workspaces with live kernels.\n\n' +
  'Lists take `page` and `size`. Unknown fields of a body are refused, unknown query parameters are ignored. Every error ' +
  'has the body `Error`. Everything here is also in the GraphQL API at [`/graphql`](/graphql).';

/**
 * Describes the REST API from its table of routes: requests by the schemas that check them, answers by the GraphQL
 * documents and the schema that they are executed on.
 */
export function buildOpenApi(routes: readonly RouteDescription[], schema: GraphQLSchema): OpenApiDocument {
  const components: Components = new Map([['Error', errorSchema]]);
  const data = new DataSchemas({ schema, components });
  describeEvents(data, components);
  describeRunEvents(data, components);
  describeSpaceEvents(data, components);
  const errors = new Map<string, JsonSchema>();
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) {
    const path = openApiPath(route);
    const operation = describeOperation(route, { data, components, errors });
    paths[path] = { ...paths[path], [route.method]: operation };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Notebook gateway',
      version: '1.0',
      description: about,
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    tags: describeTags(),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An API token; it has scopes and may expire. Where the gateway has an OpenID Connect issuer, also a JWT of it.',
        },
      },
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
