import { parseJson } from '../json.js';
import { mergeOutputs, type NotebookMerge } from '../merge-outputs.js';
import { prepareRun } from '../prepare-run.js';
import { readAnswer } from '../read-answer.js';
import { sourceHashes } from '../source-hashes.js';
import { prepareBody } from './prepare-body.js';
import { refusalOf } from './refusal-of.js';
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
    return prepareBody(task.bytes, task.mark);
  } catch (error) {
    return { kind: 'refused', refusal: refusalOf(error) };
  }
}

function mergeOf(json: string): NotebookMerge {
  return parseJson(json) as unknown as NotebookMerge;
}
