import { type JsonSchema, refTo } from './json-schema.js';

/**
 * One server-sent event, as the `itemSchema` of OpenAPI 3.2 describes it: `data` is a text that holds JSON.
 * @param event its name
 * @param schema the name of the schema of its data
 * @param id what its id looks like and means
 * @param required the members that it always has
 * @see https://spec.openapis.org/oas/v3.2.0.html#special-considerations-for-server-sent-events
 */
export function sentEvent(
  event: string,
  schema: string,
  id: { pattern: string; description: string },
  required: string[] = ['id', 'event', 'data'],
): JsonSchema {
  return {
    type: 'object',
    properties: {
      id: { type: 'string', ...id },
      event: { type: 'string', const: event },
      data: {
        type: 'string',
        contentMediaType: 'application/json',
        contentSchema: refTo(schema),
        description: `JSON of the schema \`${schema}\`.`,
      },
    },
    required,
  };
}
