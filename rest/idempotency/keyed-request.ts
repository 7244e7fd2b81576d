/**
 * The GraphQL fields that a route may name as repeatable. The store of the composition root must know the authorization of
 * each: one that it does not know is a type error there.
 */
export type RepeatableOperation =
  | 'createWorkspace'
  | 'archiveWorkspace'
  | 'unarchiveWorkspace'
  | 'createBranch'
  | 'mergeBranch'
  | 'createFile'
  | 'renameFile'
  | 'commitFiles'
  | 'restoreNotebookVersion'
  | 'createNotebookLink'
  | 'startWorker'
  | 'commitWorkerFiles'
  | 'createSession'
  | 'interruptSession'
  | 'restartSession'
  | 'completeCode'
  | 'inspectCode'
  | 'executeCells'
  | 'cancelExecution'
  | 'answerInput'
  | 'sendCommMessage'
  | 'runNotebook'
  | 'cancelNotebookRun'
  | 'createSchedule';

/** A request with an `Idempotency-Key`. */
export interface KeyedRequest {
  key: string;
  method: string;
  /** As it came, from the root. */
  path: string;
  /** Empty where there is none. */
  body: Uint8Array;
  /** The GraphQL field that the request runs. */
  operation: RepeatableOperation;
  /** What the path and the body name, to authorize the caller; a body's names are not checked. */
  names: { spaceSlug: string; [name: string]: string };
}
