import { cellDigests } from '../blame/cell-digests.js';
import { compareFiles } from '../compare/compare-files.js';
import { linesOfBytes } from '../compare/lines-of-bytes.js';
import { exportNotebook } from '../export/export-notebook.js';
import { parseJson } from '../json.js';
import { mergeFiles } from '../merge/merge-files.js';
import { mergeOutputs, type NotebookMerge } from '../merge-outputs.js';
import { prepareRun } from '../prepare-run.js';
import { readAnswer } from '../read-answer.js';
import { searchFile } from '../search/search-file.js';
import { sourceHashes } from '../source-hashes.js';
import { prepareBody } from './prepare-body.js';
import { threadRefusalOf } from './thread-refusal-of.js';
import type { ThreadAnswer, ThreadTask } from './thread-task.js';

/**
 * Does a task: the whole work on one large notebook.
 * @throws Error what is no refusal
 */
export function runThreadTask(task: ThreadTask): ThreadAnswer {
  try {
    if (task.kind === 'read') return { kind: 'read', answer: readAnswer(task.bytes) };
    if (task.kind === 'hashes') return { kind: 'hashes', hashes: sourceHashes(task.bytes) };
    if (task.kind === 'merge')
      return { kind: 'merge', merged: mergeOutputs(task.bytes, mergeOf(task.merge)) };
    if (task.kind === 'prepare') return { kind: 'prepare', prepared: prepareRun(task.bytes, task.selection) };
    if (task.kind === 'search')
      return { kind: 'search', found: searchFile(task.bytes, task.isNotebook, task.query) };
    if (task.kind === 'export')
      return { kind: 'export', exported: exportNotebook(task.bytes, task.format, task.title) };
    if (task.kind === 'digests') return { kind: 'digests', digests: cellDigests(task.bytes) };
    if (task.kind === 'compare')
      return { kind: 'compare', difference: compareFiles(task.bytes, task.head, task.query) };
    if (task.kind === 'lines') return { kind: 'lines', difference: linesOfBytes(task.bytes, task.head) };
    if (task.kind === 'mergeFiles')
      return { kind: 'mergeFiles', merged: mergeFiles({ ...task, ours: task.bytes }, task.isNotebook) };
    return prepareBody(task.bytes, task.mark);
  } catch (error) {
    return { kind: 'refused', refusal: threadRefusalOf(error) };
  }
}

function mergeOf(json: string): NotebookMerge {
  return parseJson(json) as unknown as NotebookMerge;
}
