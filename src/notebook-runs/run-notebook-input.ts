import type { RepeatableInput } from './check-run-input.js';

/** A notebook to run. Only `workspaceId` and `path` are required. */
export interface RunNotebookInput extends RepeatableInput {
  workspaceId: string;
  path: string;
  /** The index of the first and of the last cell that are run, from 0; default all. */
  firstCell?: number | null;
  lastCell?: number | null;
  /** A session of the workspace that runs it; default one of its own, which ends with it. */
  sessionId?: string | null;
  /** A UUID that the client chose. Sent again, it returns the same run; the notebook does not run twice. */
  runId?: string | null;
}
