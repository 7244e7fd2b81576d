/** A JSON Schema of draft 7. */
export type Schema = Record<string, unknown>;

/** A string. */
export const text: Schema = { type: 'string' };

/** A text, whole or as a list of lines. */
export const lines: Schema = { type: ['string', 'array'], items: text };

/** The number of a cell's run, null before the first. */
export const count: Schema = { type: ['integer', 'null'], minimum: 0 };

/** An object that has all of `required`, perhaps some of `optional`, and nothing else. */
export function closed(required: Record<string, Schema>, optional: Record<string, Schema> = {}): Schema {
  return {
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    additionalProperties: false,
  };
}

/** An object whose members of these names, if there are any, have these schemas; others may be anything. */
export function open(properties: Record<string, Schema>, required: string[] = []): Schema {
  return { type: 'object', required, properties };
}
