/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedText } from '../typed-text.js';
/** The code of a cell, and what happens if it fails or takes too long. */
export type ExecuteCellInput = {
  /** The cell's nbformat id. */
  cellId?: string | null | undefined;
  /** The index of the cell in the notebook, from 0. */
  cellIndex?: number | null | undefined;
  /** The source of the cell, as the kernel gets it. */
  code: string;
  /** A UUID of the client's: sent again, the answer is that execution, and nothing runs twice. */
  executionId?: string | null | undefined;
  /** Whether the outputs are saved into the cell, in the session's notebook, at the end of the run: with one commit on the branch of the session. See `Execution.outputsSave`. Needs `cellId` and the scope `write`; default false. */
  saveOutputs?: boolean | null | undefined;
  /** Whether an error ends the caller's cells queued behind it as `aborted`; default true. */
  stopOnError?: boolean | null | undefined;
  /** Interrupt the run after so many seconds; default no limit. */
  timeoutSeconds?: number | null | undefined;
};

/** The states of an execution; all but `queued` and `running` are terminal. */
export type ExecutionStatus =
  /** Not run, because a cell before it failed. */
  | 'aborted'
  /** Removed from the queue, or its session was restarted or deleted. */
  | 'cancelled'
  /** The code raised an exception. */
  | 'error'
  /** The kernel, its worker or the gateway failed. */
  | 'failed'
  /** Ended without an exception. */
  | 'ok'
  /** Waits for the cells before it. */
  | 'queued'
  /** The kernel runs it. */
  | 'running'
  /** Interrupted after its `timeoutSeconds`. */
  | 'timed_out';

/** How a file is addressed: through a workspace or through its repository. */
export type FileAddress =
  {   /** UUID of a repository of the space. */
  repositoryId: string; workspaceId?: never; }
  |  { repositoryId?: never;   /** UUID of a workspace of the space. */
  workspaceId: string; };

/** What a file is. Only `notebook` and `text` are read and written. */
export type FileKind =
  /** Anything else. It is listed, renamed and deleted. */
  | 'binary'
  /** Jupyter notebook JSON: every `.ipynb`, also one that is not valid. */
  | 'notebook'
  /** UTF-8 text. */
  | 'text';

/** New contents of a file that exists. `createFile` makes a new one. */
export type SaveFileInput = {
  /** The blob that the client read last; `base_sha_conflict` where the branch has another. Default: no check. */
  baseSha?: string | null | undefined;
  /** A branch that exists; default the branch of the workspace or repository. */
  branch?: string | null | undefined;
  /** Default `Update PATH`. */
  commitMessage?: string | null | undefined;
  /** The text, for a text file. */
  content?: string | null | undefined;
  /** The bytes as base64, in place of the other two: any in `commitFiles`, else those of a text or a notebook. */
  contentBase64?: string | null | undefined;
  /** Must fit the path; default by its extension. */
  kind?: FileKind | null | undefined;
  /** What happens where the branch has another blob than `baseSha`, which it needs; default `base_sha_conflict`. */
  merge?: SaveMerge | null | undefined;
  /** Jupyter notebook JSON, for a notebook. */
  notebook?: unknown;
  /** Relative, `/`-separated. */
  path: string;
};

/** What happens to a save when others saved the file since its base. */
export type SaveMerge =
  /** Both are merged, a notebook by its cells and a text by its lines, and the outcome is saved. Where both changed the same: `base_sha_conflict`. */
  | 'auto';

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { id: string, name: string, email: string } };

export type ReadNotebookQueryVariables = Exact<{
  spaceSlug: string;
  workspaceId: string;
  path: string;
  ref?: string | null | undefined;
}>;


export type ReadNotebookQuery = { space: { workspace: { file:
        | { notebook: unknown, path: string, branch: string | null, sha: string, commitSha: string }
        | { path: string, branch: string | null, sha: string, commitSha: string }
        | { path: string, branch: string | null, sha: string, commitSha: string }
       } } };

export type SaveNotebookMutationVariables = Exact<{
  spaceSlug: string;
  in: FileAddress;
  input: SaveFileInput;
}>;


export type SaveNotebookMutation = { saveFile: { file:
      | { path: string, branch: string | null, sha: string, commitSha: string }
      | { path: string, branch: string | null, sha: string, commitSha: string }
      | { path: string, branch: string | null, sha: string, commitSha: string }
     } };

export type ExecuteCellMutationVariables = Exact<{
  spaceSlug: string;
  sessionId: string;
  input: ExecuteCellInput;
}>;


export type ExecuteCellMutation = { executeCell: { id: string } };

export type ExecutionStatusQueryVariables = Exact<{
  spaceSlug: string;
  executionId: string;
}>;


export type ExecutionStatusQuery = { space: { execution: { status: ExecutionStatus } } };

export type FollowExecutionSubscriptionVariables = Exact<{
  executionId: string;
  after: number;
}>;


export type FollowExecutionSubscription = { executionEvents:
    | { __typename: 'ClearOutputEvent', wait: boolean, sequence: number, late: boolean }
    | { __typename: 'CommCloseEvent', sequence: number, late: boolean }
    | { __typename: 'CommMessageEvent', sequence: number, late: boolean }
    | { __typename: 'CommOpenEvent', sequence: number, late: boolean }
    | { __typename: 'DisplayDataEvent', data: unknown, metadata: unknown, transient: unknown, sequence: number, late: boolean }
    | { __typename: 'ErrorEvent', ename: string, evalue: string, traceback: Array<string>, sequence: number, late: boolean }
    | { __typename: 'ExecuteInputEvent', code: string, executionCount: number | null, sequence: number, late: boolean }
    | { __typename: 'ExecuteResultEvent', data: unknown, metadata: unknown, executionCount: number | null, sequence: number, late: boolean }
    | { __typename: 'ExecutionFailure', detail: string, code: string, retryable: boolean, sequence: number, late: boolean }
    | { __typename: 'ExecutionStatusEvent', executionState: string, sequence: number, late: boolean }
    | { __typename: 'FinalResponse', status: string, executionCount: number | null, outputs: unknown, truncated: boolean, startedAt: string | null, finishedAt: string, durationMs: number, sequence: number, late: boolean }
    | { __typename: 'InputRequestEvent', prompt: string, password: boolean, requestId: string, sequence: number, late: boolean }
    | { __typename: 'OutputLostEvent', count: number, reason: string, sequence: number, late: boolean }
    | { __typename: 'OutputsResetEvent', outputs: unknown, truncated: boolean, sequence: number, late: boolean }
    | { __typename: 'PayloadEvent', sequence: number, late: boolean }
    | { __typename: 'StreamEvent', name: string, text: string, sequence: number, late: boolean }
    | { __typename: 'UpdateDisplayDataEvent', data: unknown, metadata: unknown, transient: unknown, sequence: number, late: boolean }
    | { __typename: 'WidgetOutputEvent', sequence: number, late: boolean }
   };

/** The query `Me`. */
export const MeText = "query Me {\n  me {\n    id\n    name\n    email\n  }\n}" as TypedText<MeQuery, MeQueryVariables>;

/** The query `ReadNotebook`. */
export const ReadNotebookText = "query ReadNotebook($spaceSlug: String!, $workspaceId: ID!, $path: String!, $ref: String) {\n  space(slug: $spaceSlug) {\n    workspace(id: $workspaceId) {\n      file(path: $path, ref: $ref) {\n        path\n        branch\n        sha\n        commitSha\n        ... on NotebookFile {\n          notebook\n        }\n      }\n    }\n  }\n}" as TypedText<ReadNotebookQuery, ReadNotebookQueryVariables>;

/** The mutation `SaveNotebook`. */
export const SaveNotebookText = "mutation SaveNotebook($spaceSlug: String!, $in: FileAddress!, $input: SaveFileInput!) {\n  saveFile(spaceSlug: $spaceSlug, in: $in, input: $input) {\n    file {\n      path\n      branch\n      sha\n      commitSha\n    }\n  }\n}" as TypedText<SaveNotebookMutation, SaveNotebookMutationVariables>;

/** The mutation `ExecuteCell`. */
export const ExecuteCellText = "mutation ExecuteCell($spaceSlug: String!, $sessionId: ID!, $input: ExecuteCellInput!) {\n  executeCell(spaceSlug: $spaceSlug, sessionId: $sessionId, input: $input) {\n    id\n  }\n}" as TypedText<ExecuteCellMutation, ExecuteCellMutationVariables>;

/** The query `ExecutionStatus`. */
export const ExecutionStatusText = "query ExecutionStatus($spaceSlug: String!, $executionId: ID!) {\n  space(slug: $spaceSlug) {\n    execution(id: $executionId) {\n      status\n    }\n  }\n}" as TypedText<ExecutionStatusQuery, ExecutionStatusQueryVariables>;

/** The subscription `FollowExecution`. */
export const FollowExecutionText = "subscription FollowExecution($executionId: ID!, $after: Int!) {\n  executionEvents(executionId: $executionId, after: $after) {\n    __typename\n    sequence\n    late\n    ... on ExecutionStatusEvent {\n      executionState\n    }\n    ... on ExecuteInputEvent {\n      code\n      executionCount\n    }\n    ... on StreamEvent {\n      name\n      text\n    }\n    ... on DisplayDataEvent {\n      data\n      metadata\n      transient\n    }\n    ... on UpdateDisplayDataEvent {\n      data\n      metadata\n      transient\n    }\n    ... on ExecuteResultEvent {\n      data\n      metadata\n      executionCount\n    }\n    ... on ErrorEvent {\n      ename\n      evalue\n      traceback\n    }\n    ... on ClearOutputEvent {\n      wait\n    }\n    ... on InputRequestEvent {\n      prompt\n      password\n      requestId\n    }\n    ... on OutputLostEvent {\n      count\n      reason\n    }\n    ... on OutputsResetEvent {\n      outputs\n      truncated\n    }\n    ... on FinalResponse {\n      status\n      executionCount\n      outputs\n      truncated\n      startedAt\n      finishedAt\n      durationMs\n    }\n    ... on ExecutionFailure {\n      detail\n      code\n      retryable\n    }\n  }\n}" as TypedText<FollowExecutionSubscription, FollowExecutionSubscriptionVariables>;