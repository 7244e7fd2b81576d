import type { JsonSchema } from './json-schema.js';

/** The JSON of each GraphQL scalar; any other scalar may be any JSON. */
export const scalarSchemas: Record<string, JsonSchema> = {
  ID: { type: 'string' },
  String: { type: 'string' },
  Int: { type: 'integer' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
};
