import { open, type Schema, text } from './schema-parts.js';

const flag: Schema = { type: 'boolean' };

/** No line breaks; the same as `^.+$` in nbformat, because Python's dot excludes only `\n`. */
const name: Schema = { type: 'string', pattern: '^[^\\n]+$' };

const tags: Schema = {
  type: 'array',
  uniqueItems: true,
  items: { type: 'string', pattern: '^[^,]+$' },
};

/** The times of a run's messages, in ISO 8601. */
const execution: Schema = { type: 'object', patternProperties: { '^[^\\n]*$': text } };

const kernelspec = open({ name: text, display_name: text }, ['name', 'display_name']);

const languageInfo = open(
  {
    name: text,
    codemirror_mode: { type: ['string', 'object'] },
    file_extension: text,
    mimetype: text,
    pygments_lexer: text,
  },
  ['name'],
);

/**
 * The schema of a notebook's metadata; other members may have any value.
 * @see https://nbformat.readthedocs.io/en/latest/format_description.html#notebook-metadata
 */
export function notebookMetadataSchema(minor: number): Schema {
  return open({
    kernelspec,
    language_info: languageInfo,
    orig_nbformat: { type: 'integer', minimum: 1 },
    ...(minor >= 2 && { title: text, authors: { type: 'array' } }),
  });
}

/**
 * The schema of the metadata of a cell of the type `raw`, `markdown` or `code`; other members may have any value.
 * @see https://nbformat.readthedocs.io/en/latest/format_description.html#cell-metadata
 */
export function cellMetadataSchema(minor: number, cellType: string): Schema {
  return open({
    name,
    tags,
    ...(cellType === 'raw' && { format: text }),
    ...(cellType === 'code' && { collapsed: flag, scrolled: { enum: [true, false, 'auto'] } }),
    ...(minor >= 3 && { jupyter: { type: 'object' } }),
    ...(minor >= 4 && cellType === 'code' && { execution }),
  });
}
