import { cellMetadataSchema, notebookMetadataSchema } from './metadata-schema.js';
import { closed, count, lines, type Schema, text } from './schema-parts.js';

/**
 * The schema of a notebook without its cells. The schemas here are for draft 7 of JSON Schema and for `minor` 0 to 5.
 * @see https://github.com/jupyter/nbformat/tree/main/nbformat/v4 the original schemas, one for each minor version
 */
export function notebookSchema(minor: number): Schema {
  return closed({
    metadata: notebookMetadataSchema(minor),
    nbformat: { const: 4 },
    nbformat_minor: { const: minor },
    cells: { type: 'array' },
  });
}

/**
 * The schema of a cell without its outputs. Ids may be missing, because they are added later.
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
 * The schema of an output of a code cell, the same in each minor version.
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

/** Strings or lists of strings by media type; any value for JSON types. */
const mimeBundle: Schema = {
  type: 'object',
  patternProperties: { '^application/([^\\n]*\\+)?json$': true },
  additionalProperties: lines,
};

/** One of several kinds of objects. The member `propertyName` selects the kind, so that faults refer to that kind only. */
function byType(propertyName: string, kinds: Schema[]): Schema {
  return { type: 'object', discriminator: { propertyName }, oneOf: kinds };
}
