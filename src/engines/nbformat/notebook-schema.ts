import { cellMetadataSchema, notebookMetadataSchema } from './metadata-schema.js';
import { closed, count, lines, type Schema, text } from './schema-parts.js';

/** A notebook but for its cells. The schemas here are of the draft 7 of JSON Schema and made for `minor` 0 to 5. */
export function notebookSchema(minor: number): Schema {
  return closed({
    metadata: notebookMetadataSchema(minor),
    nbformat: { const: 4 },
    nbformat_minor: { const: minor },
    cells: { type: 'array' },
  });
}

/**
 * A cell but for its outputs. Ids may be missing: they are added later.
 * @see https://nbformat.readthedocs.io/en/latest/format_description.html#cell-types
 */
export function cellSchema(minor: number): Schema {
  const common = (type: string) => ({
    cell_type: { const: type },
    metadata: cellMetadataSchema(minor, type),
    source: lines,
  });
  const optional: Record<string, Schema> =
    minor < 5 ? {} : { id: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' } };
  const attachments = { type: 'object', additionalProperties: mimeBundle };
  return byType('cell_type', [
    closed(common('raw'), { ...optional, attachments }),
    closed(common('markdown'), { ...optional, attachments }),
    closed({ ...common('code'), outputs: { type: 'array' }, execution_count: count }, optional),
  ]);
}

/**
 * An output of a code cell, the same in each minor version.
 * @see https://nbformat.readthedocs.io/en/latest/format_description.html#code-cell-outputs
 */
export function outputSchema(): Schema {
  const media = { data: mimeBundle, metadata: { type: 'object' } };
  const traceback = { type: 'array', items: text };
  return byType('output_type', [
    closed({ output_type: { const: 'stream' }, name: text, text: lines }),
    closed({ output_type: { const: 'display_data' }, ...media }),
    closed({ output_type: { const: 'execute_result' }, ...media, execution_count: count }),
    closed({ output_type: { const: 'error' }, ename: text, evalue: text, traceback }),
  ]);
}

/** Strings or lists of strings by media type; anything where the type is of JSON. */
const mimeBundle: Schema = {
  type: 'object',
  patternProperties: { '^application/([^\\n]*\\+)?json$': true },
  additionalProperties: lines,
};

/** One of several kinds of objects, told apart by one member, so that faults are those of the kind that is meant. */
function byType(propertyName: string, kinds: Schema[]): Schema {
  return { type: 'object', discriminator: { propertyName }, oneOf: kinds };
}
