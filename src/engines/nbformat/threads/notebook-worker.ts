import { move, transferableSymbol, valueSymbol } from 'piscina';
import { runThreadTask } from './run-thread-task.js';
import type { ThreadAnswer, ThreadTask } from './thread-task.js';

/** The file that the threads of the pool run: it does one task at a time and hands its bytes over without a copy. */
export default function notebookWorker(task: ThreadTask): unknown {
  const answer = runThreadTask(task);
  return move({ [transferableSymbol]: buffersOf(answer), [valueSymbol]: answer } as never);
}

function buffersOf(answer: ThreadAnswer): ArrayBuffer[] {
  if (answer.kind === 'read') return [answer.answer.buffer];
  if (answer.kind !== 'body') return [];
  return answer.notebooks.flatMap((parts) =>
    'bytes' in parts ? [parts.bytes.buffer, parts.answer.buffer] : [],
  );
}
