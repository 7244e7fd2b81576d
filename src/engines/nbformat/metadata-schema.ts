import { open, type Schema, text } from './schema-parts.js';

const flag: Schema = { type: 'boolean' };

/** No line breaks: the same as nbformat's `^.+$` with the dot of Python. */
const name: Schema = { type: 'string', pattern: '^[^\\n]+$' };

const tags: Schema = {
  type: 'array',
  uniqueItems: true,
  items: { type: 'string', pattern: '^[^,]+$' },
};

/** Times of a run's messages, in ISO 8601. */
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
 * The metadata of a notebook; what is not named is free.
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
 * The metadata of a cell of the type `raw`, `markdown` or `code`; what is not named is free.
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
