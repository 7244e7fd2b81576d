import type { OperationExample } from '../operation-example.js';
import { executionExamples } from './executions.js';
import { fileExamples } from './files.js';
import { notebookRunExamples } from './notebook-runs.js';
import { notebookExamples } from './notebooks.js';
import { rawFileExamples, repeatedFileExamples } from './raw-files.js';
import { repositoryExamples } from './repositories.js';
import { repositoryFileExamples } from './repository-files.js';
import {
  commitExamples,
  repeatedCommitExamples,
  repeatedStartExamples,
  runtimeExamples,
  sessionEndExamples,
} from './runtime.js';
import { spaceEventExamples } from './space-events.js';
import { workspaceExamples } from './workspaces.js';

/**
 * Each example with its `operationId`, in an order in which they can be sent to a gateway with the demo data: each finds
 * what those before it made. An operation has more than one where its answers differ in their statuses.
 */
export const examples: readonly [operationId: string, example: OperationExample][] = [
  spaceEventExamples,
  workspaceExamples,
  repositoryExamples,
  fileExamples,
  rawFileExamples,
  repeatedFileExamples,
  repositoryFileExamples,
  notebookExamples,
  runtimeExamples,
  repeatedStartExamples,
  executionExamples,
  commitExamples,
  repeatedCommitExamples,
  notebookRunExamples,
  sessionEndExamples,
].flatMap((part) => Object.entries(part));

/** The examples of an operation; the first one has its request. @throws Error when it has none */
export function examplesOf(operationId: string): [OperationExample, ...OperationExample[]] {
  const [first, ...more] = examples.filter(([id]) => id === operationId).map(([, example]) => example);
  if (!first) throw new Error(`The operation ${operationId} has no example.`);
  return [first, ...more];
}
