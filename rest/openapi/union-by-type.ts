import { type JsonSchema, refTo } from './json-schema.js';

/**
 * A union of schemas that their `type` distinguishes.
 * @param names the name of the schema of each type
 */
export function unionByType(description: string, names: Readonly<Record<string, string>>): JsonSchema {
  const mapping = Object.entries(names).map(([type, name]) => [type, `#/components/schemas/${name}`]);
  return {
    description,
    oneOf: Object.values(names).map(refTo),
    discriminator: { propertyName: 'type', mapping: Object.fromEntries(mapping) },
  };
}
