import type { JsonObject, JsonValue } from './json-value.js';

/** Data by media type: one string for text, any JSON value for JSON types. */
export type MimeBundle = JsonObject;

/** The members of every cell. `source` is one string. From nbformat 4.5 on, `id` is unique in the notebook. */
interface CellBase {
  id?: string;
  metadata: JsonObject;
  source: string;
}

/** A cell of text; `attachments` are MIME bundles by file name. */
export interface TextCell extends CellBase {
  cell_type: 'markdown' | 'raw';
  attachments?: { [name: string]: MimeBundle };
}

/** A cell of code with the outputs of its last run. */
export interface CodeCell extends CellBase {
  cell_type: 'code';
  execution_count: JsonValue;
  outputs: Output[];
}

/** A cell of a notebook. */
export type Cell = TextCell | CodeCell;

/** A text that a kernel wrote to a stream. */
export interface StreamOutput {
  output_type: 'stream';
  /** Usually `stdout` or `stderr`. */
  name: string;
  text: string;
}

/** Data that a cell displayed, in one or more media types. */
export interface DisplayData {
  output_type: 'display_data';
  data: MimeBundle;
  metadata: JsonObject;
}

/** The value of a cell. */
export interface ExecuteResult {
  output_type: 'execute_result';
  data: MimeBundle;
  metadata: JsonObject;
  execution_count: JsonValue;
}

/** An exception in the user's code. */
export interface ErrorOutput {
  output_type: 'error';
  ename: string;
  evalue: string;
  traceback: string[];
}

/** An output of a code cell. */
export type Output = StreamOutput | DisplayData | ExecuteResult | ErrorOutput;

/**
 * A valid notebook of nbformat 4.0 to 4.5 in the form in which Jupyter's contents API answers it: each multi-line field is one
 * string. Unknown metadata is kept, and numbers are as `parseJson` reads them.
 * @see https://nbformat.readthedocs.io/en/latest/format_description.html
 */
export interface Notebook {
  cells: Cell[];
  metadata: JsonObject;
  nbformat: 4;
  /** 0 to 5. */
  nbformat_minor: number;
}

/** A notebook without cells, of nbformat 4.5. */
export function emptyNotebook(): Notebook {
  return { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };
}
