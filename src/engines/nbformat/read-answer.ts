import { CellBatches, NeedsWhole, parsedJson } from './cell-batches.js';
import type { JsonObject } from './json-value.js';
import { answerInBatches } from './notebook-batches.js';
import { readNotebook } from './read-notebook.js';
import { writeJson } from './write-json.js';

/**
 * The JSON that a read of a large stored notebook answers.
 * @throws DomainError what `readNotebook` throws
 */
export function readAnswer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const batches = CellBatches.of(text, 1);
    const outer = parsedJson(batches.outer) as JsonObject;
    if (batches.count === 1 && batches.indexOf(outer.cells) === 0) return answerInBatches(batches, outer);
  } catch (error) {
    // A text that is not UTF-8 is a TypeError.
    if (!(error instanceof NeedsWhole) && !(error instanceof TypeError)) throw error;
  }
  return writeJson(readNotebook(bytes)).toBytes();
}
