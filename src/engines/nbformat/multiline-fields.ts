import type { JsonObject, JsonValue } from './json-value.js';
import type { Notebook } from './notebook.js';
import { splitLines } from './split-lines.js';

/** How to convert a text, and the data of a media type. */
interface Change {
  text(value: JsonValue): JsonValue;
  data(value: JsonValue, mediaType: string): JsonValue;
}

const join: Change = {
  text: (value) => (isLines(value) ? value.join('') : value),
  data: (value, type) => (isLines(value) && !isJsonType(type) ? value.join('') : value),
};

const split: Change = {
  text: (value) => (typeof value === 'string' ? splitLines(value) : value),
  data: (value, type) => (typeof value === 'string' && isSplitType(type) ? splitLines(value) : value),
};

/**
 * Joins every field that may be a list of lines: the source of cells, the text of streams and all data that is not JSON.
 * @param notebook a valid notebook; it is not modified
 * @see https://nbformat.readthedocs.io/en/latest/format_description.html#cell-types on multi-line strings
 */
export function joinMultiline(notebook: JsonObject): Notebook {
  return changeNotebook(notebook, join) as unknown as Notebook;
}

/** Splits the fields that nbformat stores as lists of lines; other data, such as base64, stays one string. */
export function splitMultiline(notebook: Notebook): JsonObject {
  return changeNotebook(notebook as unknown as JsonObject, split);
}

function changeNotebook(notebook: JsonObject, change: Change): JsonObject {
  return { ...notebook, cells: (notebook.cells as JsonObject[]).map((cell) => changeCell(cell, change)) };
}

function changeCell(cell: JsonObject, change: Change): JsonObject {
  const changed: JsonObject = { ...cell, source: change.text(cell.source!) };
  if (cell.attachments !== undefined) {
    changed.attachments = mapValues(cell.attachments, (bundle) => mapValues(bundle, change.data));
  }
  if (cell.cell_type === 'code') {
    changed.outputs = (cell.outputs as JsonObject[]).map((output) => changeOutput(output, change));
  }
  return changed;
}

function changeOutput(output: JsonObject, change: Change): JsonObject {
  if (output.output_type === 'stream') return { ...output, text: change.text(output.text!) };
  if (output.data === undefined) return output;
  return { ...output, data: mapValues(output.data, change.data) };
}

function mapValues(object: JsonValue, map: (value: JsonValue, key: string) => JsonValue): JsonObject {
  return Object.fromEntries(
    Object.entries(object as JsonObject).map(([key, value]) => [key, map(value, key)]),
  );
}

function isLines(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every((line) => typeof line === 'string');
}

/** Whether nbformat stores the value of a MIME type as JSON; it stores all others as texts. */
export function isJsonType(type: string): boolean {
  return type === 'application/json' || (type.startsWith('application/') && type.endsWith('+json'));
}

function isSplitType(type: string): boolean {
  return type.startsWith('text/') || type === 'application/javascript' || type === 'image/svg+xml';
}
