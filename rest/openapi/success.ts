import { isDeprecated } from '../deprecation.js';
import type { RouteDescription } from '../route.js';
import type { DataSchemas } from './data-schema.js';
import { type Components, type JsonSchema, objectOf, refTo } from './json-schema.js';

const integer = { type: 'integer' };

/** The headers of answers; each answer has `X-Request-Id`. */
export const sharedHeaders: Record<string, JsonSchema> = {
  'X-Request-Id': { required: true, description: 'The id of the request.', schema: { type: 'string' } },
  'X-Execution-Id': { required: true, description: 'The id of the run.', schema: { type: 'string' } },
  ETag: {
    required: true,
    description: 'The blob sha in quotes.',
    schema: { type: 'string', pattern: '^"[0-9a-f]{40}"$' },
  },
  Deprecation: {
    required: true,
    description: 'Since when this path is deprecated (RFC 9745).',
    schema: { type: 'string', pattern: '^@\\d+$' },
  },
  Link: {
    description: 'The same by a workspace that the caller can view, where there is one.',
    schema: { type: 'string', pattern: '^<.+>; rel="successor-version"$' },
  },
  'WWW-Authenticate': { required: true, description: 'How to authenticate.', schema: { const: 'Bearer' } },
  'Retry-After': {
    description: 'Seconds after which to try again.',
    schema: { type: 'string', pattern: '^\\d+$' },
  },
};

/** References to {@link sharedHeaders}. */
export function headersOf(route: RouteDescription, ...more: string[]): JsonSchema {
  const names = ['X-Request-Id', ...(isDeprecated(route) ? ['Deprecation'] : []), ...more];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The answers of a route that are no errors, by status. */
export function describeSuccess(
  route: RouteDescription,
  data: DataSchemas,
  components: Components,
  events: Record<string, JsonSchema>,
): Record<string, JsonSchema> {
  const { responds, document } = route;
  const links = isDeprecated(route) ? ['Link'] : [];
  const json = (description: string, schema: JsonSchema, ...headers: string[]) => ({
    description,
    headers: headersOf(route, ...links, ...headers),
    content: { 'application/json': { schema } },
  });
  switch (responds.kind) {
    case 'ok':
      return { 200: json('As it is now.', data.at(document, responds.at)) };
    case 'page': {
      const { properties } = data.at(document, responds.at) as { properties: Record<string, JsonSchema> };
      return { 200: json('A page.', objectOf({ ...properties, page: integer, size: integer })) };
    }
    case 'slice': {
      const items = data.at(document, responds.at);
      return { 200: json('A page.', objectOf({ items, total: integer, page: integer, size: integer })) };
    }
    case 'created': {
      const body = data.at(document, responds.at);
      const made = { 201: json('Made.', body) };
      return responds.isNew ? { 200: json('It was there already.', body), ...made } : made;
    }
    case 'file': {
      const body = data.at(document, responds.at);
      return {
        200: json('The file.', body, 'ETag'),
        304: { description: 'The client has it.', headers: headersOf(route, ...links, 'ETag') },
      };
    }
    case 'saved': {
      const version = data.at(document, `${responds.at}.version`);
      const files = data.alternativesAt(document, `${responds.at}.file`).values();
      const oneOf = [...files].map(({ properties }) =>
        objectOf({ ...(properties as Record<string, JsonSchema>), version }),
      );
      components.set('SavedFile', { description: 'A file as it is after a write.', oneOf });
      const text =
        responds.status === 201 ? 'Made.' : 'The file, and its new version; null when it was the same.';
      return { [responds.status]: json(text, refTo('SavedFile'), 'ETag') };
    }
    case 'done':
      return { 204: { description: 'Done.', headers: headersOf(route, ...links) } };
    case 'stream':
      return {
        200: {
          description:
            'Server-sent events with `id` (the sequence number) and the JSON of `x-events` as `data`. Exactly one ' +
            '`final_response` or `error` ends the stream.',
          headers: headersOf(route, 'X-Execution-Id'),
          content: { 'text/event-stream': { schema: { type: 'string' }, 'x-events': events } },
        },
      };
  }
}
