import type { JsonObject, JsonValue } from './json.js';

/** Data by media type: text joined to one string, any JSON value for JSON types. */
export type MimeBundle = JsonObject;

/** What every cell has. `source` is joined to one string; `id` exists from nbformat 4.5 on, unique in its notebook. */
interface CellBase {
  id?: string;
  metadata: JsonObject;
  source: string;
}

/** A cell of text; `attachments` are media by file name. */
export interface TextCell extends CellBase {
  cell_type: 'markdown' | 'raw';
  attachments?: { [name: string]: MimeBundle };
}

/** A cell of code with what its last run gave. */
export interface CodeCell extends CellBase {
  cell_type: 'code';
  execution_count: JsonValue;
  outputs: Output[];
}

/** A cell of a notebook. */
export type Cell = TextCell | CodeCell;

/** What a kernel sent to a stream. */
export interface StreamOutput {
  output_type: 'stream';
  /** As a rule `stdout` or `stderr`. */
  name: string;
  text: string;
}

/** What a cell displayed, in one or more media types. */
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

/** An exception of the user's code. */
export interface ErrorOutput {
  output_type: 'error';
  ename: string;
  evalue: string;
  traceback: string[];
}

/** An output of a code cell. */
export type Output = StreamOutput | DisplayData | ExecuteResult | ErrorOutput;

/**
 * A valid notebook of nbformat 4.0 to 4.5 in the form that Jupyter's contents API answers: multi-line fields are
 * joined to one string each. Metadata nobody knows is kept, numbers as {@link parseJson} reads them.
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
