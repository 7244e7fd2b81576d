import type { SpaceEventOf } from '../src/space-events/space-event.js';
import { builder } from './builder.js';
import { ExecutionStatusEnum, SessionStatusEnum, WorkerStatusEnum } from './enums.js';
import { ErrorSummaryType } from './error-summary.js';
import { NotebookRunStatusEnum } from './notebook-run.js';
import { MaintenanceStatusEnum, MaintenanceStepEnum } from './repository-maintenance.js';
import { RemoteSyncStatusEnum } from './repository-remote.js';
import { interfaces, itemTypes } from './space-event.js';
import { ofWorkspace, ownerOf, timeOf } from './space-event-values.js';
import { WorkspaceChangeKind } from './workspace.js';

// The status has a name of its own in each type, because GraphQL allows one name in a selection for one enum only.

const ofRepository = 'UUID of the repository.';

builder.objectRef<SpaceEventOf<'workspace'>>(itemTypes.workspace).implement({
  description: 'A workspace changed.',
  interfaces,
  fields: (t) => ({
    workspaceId: t.id({ description: 'UUID of that workspace.', resolve: ownerOf }),
    change: t.field({
      type: WorkspaceChangeKind,
      description: 'Which kind of change it was, as in `workspaceChanged`.',
      resolve: ({ data }) => data.change,
    }),
  }),
});

builder.objectRef<SpaceEventOf<'files'>>(itemTypes.files).implement({
  description:
    'A branch was created, moved or deleted, by a save, a push or a sync; it is reported when the branch is indexed.',
  interfaces,
  fields: (t) => ({
    repositoryId: t.id({ description: ofRepository, resolve: ownerOf }),
    branch: t.string({
      description: 'The name of the branch, without `refs/heads/`.',
      resolve: ({ data }) => data.branch,
    }),
    commitSha: t.string({
      nullable: true,
      description: 'The newest commit; null when the branch was deleted.',
      resolve: ({ data }) => data.commit,
    }),
    previousCommitSha: t.string({
      nullable: true,
      description: 'The newest commit before; null for a branch that was new to the index.',
      resolve: ({ data }) => data.previous,
    }),
    paths: t.stringList({
      description:
        'The files that the newest commit changed, the first 20; `fileChanged` has all of all commits.',
      resolve: ({ data }) => data.paths,
    }),
  }),
});

builder.objectRef<SpaceEventOf<'worker'>>(itemTypes.worker).implement({
  description: 'A worker began, progressed or ended, or its end was scheduled or put off.',
  interfaces,
  fields: (t) => ({
    workerId: t.id({ description: 'UUID of the worker.', resolve: ({ subjectId }) => subjectId }),
    workspaceId: t.id({ description: ofWorkspace, resolve: ownerOf }),
    userId: t.id({ description: 'UUID of the user whose worker it is.', resolve: ({ data }) => data.userId }),
    workerStatus: t.field({
      type: WorkerStatusEnum,
      description: 'Its status after the change.',
      resolve: ({ data }) => data.status,
    }),
    statusReason: t.string({
      nullable: true,
      description: 'The reason for its status, as one word.',
      resolve: ({ data }) => data.statusReason,
    }),
    errorDetail: t.string({
      nullable: true,
      description: 'One sentence for people when it failed.',
      resolve: ({ data }) => data.errorDetail,
    }),
    progressPercent: t.int({
      description: 'Progress of its start, from 0 to 100.',
      resolve: ({ data }) => data.progressPercent,
    }),
    progressMessage: t.string({
      description: 'What the start is doing, in a few words.',
      resolve: ({ data }) => data.progressMessage,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it will be stopped if nothing happens, as in `Worker`.',
      resolve: ({ data }) => timeOf(data.expiresAt),
    }),
  }),
});

builder.objectRef<SpaceEventOf<'session'>>(itemTypes.session).implement({
  description:
    'A session was opened, its kernel changed its status, or it was deleted (`dead`, with the reason `deleted`).',
  interfaces,
  fields: (t) => ({
    sessionId: t.id({ description: 'UUID of the session.', resolve: ({ subjectId }) => subjectId }),
    workspaceId: t.id({ description: ofWorkspace, resolve: ownerOf }),
    workerId: t.id({
      description: 'UUID of the worker that its kernel runs on.',
      resolve: ({ data }) => data.workerId,
    }),
    userId: t.id({ description: 'UUID of the user who opened it.', resolve: ({ data }) => data.userId }),
    path: t.string({
      nullable: true,
      description: 'The file that it was opened for; null for none.',
      resolve: ({ data }) => data.path,
    }),
    sessionStatus: t.field({
      type: SessionStatusEnum,
      description: 'Its status after the change.',
      resolve: ({ data }) => data.status,
    }),
    statusReason: t.string({
      nullable: true,
      description: 'The reason for its status, as one word, where nobody asked for it.',
      resolve: ({ data }) => data.statusReason,
    }),
  }),
});

builder.objectRef<SpaceEventOf<'execution'>>(itemTypes.execution).implement({
  description: 'A cell was queued, began or ended. Its output is in `executionEvents`.',
  interfaces,
  fields: (t) => ({
    executionId: t.id({ description: 'UUID of the execution.', resolve: ({ subjectId }) => subjectId }),
    sessionId: t.id({
      description: 'UUID of the session that runs it.',
      resolve: ({ data }) => data.sessionId,
    }),
    workspaceId: t.id({ description: ofWorkspace, resolve: ownerOf }),
    userId: t.id({ description: 'UUID of the user who queued it.', resolve: ({ data }) => data.userId }),
    cellId: t.string({
      nullable: true,
      description: "The cell's nbformat id, as the client gave it.",
      resolve: ({ data }) => data.cellId,
    }),
    cellIndex: t.int({
      nullable: true,
      description: 'The index of the cell in the notebook, as the client gave it.',
      resolve: ({ data }) => data.cellIndex,
    }),
    executionStatus: t.field({
      type: ExecutionStatusEnum,
      description: 'Its status after the change.',
      resolve: ({ data }) => data.status,
    }),
    executionCount: t.int({
      nullable: true,
      description: "The kernel's execution counter (`In [n]`), once it is known.",
      resolve: ({ data }) => data.executionCount,
    }),
    error: t.field({
      type: ErrorSummaryType,
      nullable: true,
      description:
        'The exception, or why it failed; null for every other status, and where the exception has more than 64 KiB.',
      resolve: ({ data }) => data.error,
    }),
  }),
});

builder.objectRef<SpaceEventOf<'notebook_run'>>(itemTypes.notebook_run).implement({
  description: 'A run of a notebook was queued, began or ended. Its cells are executions.',
  interfaces,
  fields: (t) => ({
    runId: t.id({ description: 'UUID of the run.', resolve: ({ subjectId }) => subjectId }),
    workspaceId: t.id({ description: ofWorkspace, resolve: ownerOf }),
    userId: t.id({ description: 'UUID of the user who started it.', resolve: ({ data }) => data.userId }),
    notebookPath: t.string({
      description: 'Where the file is in its repository.',
      resolve: ({ data }) => data.path,
    }),
    runStatus: t.field({
      type: NotebookRunStatusEnum,
      description: 'Its status after the change.',
      resolve: ({ data }) => data.status,
    }),
    error: t.field({
      type: ErrorSummaryType,
      nullable: true,
      description: 'Why it failed; null for every other status.',
      resolve: ({ data }) =>
        data.errorCode === null ? null : { name: data.errorCode, message: data.errorDetail ?? '' },
    }),
  }),
});

builder.objectRef<SpaceEventOf<'maintenance'>>(itemTypes.maintenance).implement({
  description: 'The maintenance of a repository was queued, progressed or ended.',
  interfaces,
  fields: (t) => ({
    repositoryId: t.id({ description: ofRepository, resolve: ownerOf }),
    maintenanceStatus: t.field({
      type: MaintenanceStatusEnum,
      description: 'Its state after the change.',
      resolve: ({ data }) => data.status,
    }),
    step: t.field({
      type: MaintenanceStepEnum,
      nullable: true,
      description: 'What is being done; null unless it runs.',
      resolve: ({ data }) => data.step,
    }),
    percent: t.int({
      nullable: true,
      description: 'Progress of the step from 0 to 100; null where Git does not report it.',
      resolve: ({ data }) => data.percent,
    }),
    lastError: t.string({
      nullable: true,
      description: 'Why the last one failed; null when it did not.',
      resolve: ({ data }) => data.lastError,
    }),
  }),
});

builder.objectRef<SpaceEventOf<'remote'>>(itemTypes.remote).implement({
  description:
    'The remote of a repository was added, removed or synchronized, or a sync was queued or failed.',
  interfaces,
  fields: (t) => ({
    repositoryId: t.id({ description: ofRepository, resolve: ownerOf }),
    syncStatus: t.field({
      type: RemoteSyncStatusEnum,
      nullable: true,
      description: 'The state of the synchronization; null when the remote was removed.',
      resolve: ({ data }) => data.status,
    }),
    lastError: t.string({
      nullable: true,
      description: 'The error code of the last sync, if it failed.',
      resolve: ({ data }) => data.lastError,
    }),
    lastSyncedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the last sync ended that reached the remote and did all that could be done.',
      resolve: ({ data }) => timeOf(data.lastSyncedAt),
    }),
  }),
});
