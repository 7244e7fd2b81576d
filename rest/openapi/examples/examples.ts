import type { OperationExample } from '../operation-example.js';
import { executionExamples } from './executions.js';
import { fileExamples } from './files.js';
import { notebookExamples } from './notebooks.js';
import { repositoryFileExamples } from './repository-files.js';
import { runtimeExamples, sessionEndExamples } from './runtime.js';
import { workspaceExamples } from './workspaces.js';

/**
 * The examples by `operationId`, in an order in which they can be sent to a gateway with the demo data: each finds what
 * those before it made.
 */
export const examples: Record<string, OperationExample> = {
  ...workspaceExamples,
  ...fileExamples,
  ...repositoryFileExamples,
  ...notebookExamples,
  ...runtimeExamples,
  ...executionExamples,
  ...sessionEndExamples,
};

/** The example of an operation. @throws Error when it has none */
export function exampleOf(operationId: string): OperationExample {
  const example = examples[operationId];
  if (!example) throw new Error(`The operation ${operationId} has no example.`);
  return example;
}
