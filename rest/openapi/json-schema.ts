/** A JSON Schema (2020-12), as OpenAPI 3.1 takes it. */
export type JsonSchema = { [keyword: string]: unknown };

/** The schemas of the document by name, filled while it is built. */
export type Components = Map<string, JsonSchema>;

/** A reference to a named schema of the document. */
export function refTo(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** The schema of an object that always has all of its properties. */
export function objectOf(properties: Record<string, JsonSchema>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties) };
}

/** A schema that also allows null. */
export function orNull(schema: JsonSchema): JsonSchema {
  if (Object.keys(schema).every((keyword) => keyword === 'description')) return schema;
  if (typeof schema.type === 'string') {
    const nullable = { ...schema, type: [schema.type, 'null'] };
    return Array.isArray(schema.enum) ? { ...nullable, enum: [...schema.enum, null] } : nullable;
  }
  const { description, ...rest } = schema;
  return { ...(description ? { description } : {}), anyOf: [rest, { type: 'null' }] };
}
