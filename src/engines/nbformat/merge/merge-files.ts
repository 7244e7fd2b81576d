import { isUtf8 } from 'node:buffer';
import { encodeNotebook } from '../encode-notebook.js';
import { readNotebook } from '../read-notebook.js';
import type { CellConflict } from './cell-conflict.js';
import type { Three } from './merge-json.js';
import { mergeNotebooks } from './merge-notebooks.js';
import { mergeTexts } from './merge-texts.js';

/** The bytes of a merged file; else what both sides changed differently: of a text, and of bytes that are no text, no cells. */
export type MergedBytes =
  | { bytes: Uint8Array; conflicts?: never }
  | { bytes: null; conflicts: CellConflict[] };

/**
 * Merges three versions of a file: a notebook by its cells ({@link mergeNotebooks}), a text in UTF-8 by its lines
 * ({@link mergeTexts}).
 * @throws DomainError `unreadable_file` for a version that is no valid notebook
 */
export function mergeFiles(three: Three<Uint8Array>, isNotebook: boolean): MergedBytes {
  return isNotebook ? mergedNotebook(three) : mergedText(three);
}

function mergedNotebook({ base, ours, theirs }: Three<Uint8Array>): MergedBytes {
  const { notebook, conflicts } = mergeNotebooks({
    base: readNotebook(base),
    ours: readNotebook(ours),
    theirs: readNotebook(theirs),
  });
  return notebook ? { bytes: encodeNotebook(notebook).bytes } : { bytes: null, conflicts };
}

function mergedText({ base, ours, theirs }: Three<Uint8Array>): MergedBytes {
  const none: MergedBytes = { bytes: null, conflicts: [] };
  if (![base, ours, theirs].every((bytes) => isUtf8(bytes))) return none;
  const merged = mergeTexts(textOf(base), textOf(ours), textOf(theirs));
  return merged === null ? none : { bytes: Buffer.from(merged) };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
