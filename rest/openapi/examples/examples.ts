import type { OperationExample } from '../operation-example.js';
import { archiveExamples } from './archives.js';
import { commitExamples, repeatedCommitExamples } from './commits.js';
import { commExamples } from './comms.js';
import { comparisonExamples } from './comparisons.js';
import { documentExamples } from './documents.js';
import { executionExamples } from './executions.js';
import { exportExamples } from './exports.js';
import { kernelProfileExamples } from './kernel-profiles.js';
import { kernelQuestionExamples } from './kernel-questions.js';
import { notebookRunExamples } from './notebook-runs.js';
import { rawFileExamples, repeatedRawFileExamples } from './raw-files.js';
import { mergedBranchExamples, repositoryExamples } from './repositories.js';
import { repositoryFileExamples } from './repository-files.js';
import { resourceClassExamples } from './resource-classes.js';
import { scheduleExamples } from './schedules.js';
import { searchExamples } from './search.js';
import { repeatedSessionExamples, sessionEndExamples, sessionExamples } from './sessions.js';
import { spaceEventExamples } from './space-events.js';
import { repeatedWorkerCommitExamples, workerCommitExamples, workerFileExamples } from './worker-files.js';
import {
  repeatedWorkerStartExamples,
  workerExamples,
  workerStartExamples,
  workerStopExamples,
} from './workers.js';
import { workspaceFileExamples } from './workspace-files.js';
import { workspaceExamples } from './workspaces.js';

/**
 * Each example with its `operationId`, in an order in which they can be sent to a gateway with the demo data: each finds
 * what those before it made. An operation has more than one where its answers differ in their statuses.
 */
export const examples: readonly [operationId: string, example: OperationExample][] = [
  spaceEventExamples,
  workspaceExamples,
  repositoryExamples,
  workspaceFileExamples,
  comparisonExamples,
  mergedBranchExamples,
  rawFileExamples,
  commitExamples,
  repeatedRawFileExamples,
  repeatedCommitExamples,
  searchExamples,
  exportExamples,
  archiveExamples,
  repositoryFileExamples,
  documentExamples,
  kernelProfileExamples,
  resourceClassExamples,
  workerStartExamples,
  sessionExamples,
  workerExamples,
  workerFileExamples,
  repeatedWorkerStartExamples,
  repeatedSessionExamples,
  executionExamples,
  commExamples,
  kernelQuestionExamples,
  workerCommitExamples,
  repeatedWorkerCommitExamples,
  notebookRunExamples,
  scheduleExamples,
  sessionEndExamples,
  workerStopExamples,
].flatMap((part) => Object.entries(part));

/** The examples of an operation; the first one has its request. @throws Error when it has none */
export function examplesOf(operationId: string): [OperationExample, ...OperationExample[]] {
  const [first, ...more] = examples.filter(([id]) => id === operationId).map(([, example]) => example);
  if (!first) throw new Error(`The operation ${operationId} has no example.`);
  return [first, ...more];
}
