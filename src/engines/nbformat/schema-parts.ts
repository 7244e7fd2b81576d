/** A JSON Schema of draft 7. */
export type Schema = Record<string, unknown>;

/** A string. */
export const text: Schema = { type: 'string' };

/** A text, as one string or as a list of lines. */
export const lines: Schema = { type: ['string', 'array'], items: text };

/** The execution count of a cell, null before its first run. */
export const count: Schema = { type: ['integer', 'null'], minimum: 0 };

/** An object with all members of `required`, any of `optional`, and no others. */
export function closed(required: Record<string, Schema>, optional: Record<string, Schema> = {}): Schema {
  return {
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    additionalProperties: false,
  };
}

/** An object whose members of these names, if present, have these schemas; other members may have any value. */
export function open(properties: Record<string, Schema>, required: string[] = []): Schema {
  return { type: 'object', required, properties };
}
