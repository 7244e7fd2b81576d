import { z } from 'zod';
import type { JsonSchema } from './json-schema.js';

/** The JSON schema of what a client sends, from the schema that checks it. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema, zodSchema }) => {
      // The library leaves out the default of a text that is read as a number.
      if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue;
      // The bound of every integer of JavaScript says nothing about the API.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  const properties = Object.entries((described.properties ?? {}) as Record<string, JsonSchema>);
  return {
    ...described,
    properties: Object.fromEntries(properties.map(([name, field]) => [name, lifted(field)])),
  };
}

/** A nullable field has the description of its value. */
function lifted(field: JsonSchema): JsonSchema {
  const [inner] = (field.anyOf ?? []) as JsonSchema[];
  return inner?.description && !field.description ? { description: inner.description, ...field } : field;
}
