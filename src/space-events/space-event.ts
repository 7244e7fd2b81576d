import type {
  ExecutionStatus,
  MaintenanceStatus,
  MaintenanceStep,
  NotebookRunStatus,
  RemoteSyncStatus,
  ScheduleStatus,
  SessionStatus,
  SpaceEventKind,
  WorkerStatus,
} from '../../prisma/generated/client/client.js';
import type { WorkspaceChangeKind } from '../engines/events/event-bus.js';

/** Why an execution or a run of a notebook did not end well. */
export interface ErrorSummary {
  /** The name of the exception, or an error code where the cell itself did not raise it. */
  name: string;
  /** The first part of what the exception, or the gateway, says. */
  message: string;
}

/** What happened to a schedule. Where several of it happened together, the event has the first of them. */
export type ScheduleChangeKind =
  | 'created'
  | 'deleted'
  | 'paused'
  | 'resumed'
  | 'suspended'
  | 'updated'
  | 'missed'
  | 'run_started';

/** What an event contains of the changed row, as it was then, by its kind. The triggers of the database write it. */
export interface SpaceEventData {
  workspace: { change: WorkspaceChangeKind };
  /** Commits are null before the first one and after the branch was deleted. `paths` are those of the newest commit. */
  files: { branch: string; previous: string | null; commit: string | null; paths: string[] };
  worker: {
    userId: string;
    status: WorkerStatus;
    statusReason: string | null;
    errorDetail: string | null;
    progressPercent: number;
    progressMessage: string;
    /** RFC 3339; absent in events of gateways that did not write it, as in those of remotes. */
    expiresAt?: string | null;
  };
  session: {
    userId: string;
    workerId: string;
    path: string | null;
    status: SessionStatus;
    statusReason: string | null;
  };
  execution: {
    userId: string;
    sessionId: string;
    cellId: string | null;
    cellIndex: number | null;
    status: ExecutionStatus;
    executionCount: number | null;
    error: ErrorSummary | null;
  };
  notebook_run: {
    userId: string;
    path: string;
    status: NotebookRunStatus;
    errorCode: string | null;
    errorDetail: string | null;
  };
  maintenance: {
    status: MaintenanceStatus;
    step: MaintenanceStep | null;
    percent: number | null;
    lastError: string | null;
  };
  /** The status is null when the remote was removed. */
  remote: { status: RemoteSyncStatus | null; lastError: string | null; lastSyncedAt?: string | null };
  /** Times are RFC 3339. */
  schedule: {
    userId: string;
    change: ScheduleChangeKind;
    status: ScheduleStatus;
    path: string;
    cron: string;
    timeZone: string;
    nextDueAt: string | null;
    lastRunId: string | null;
    missedCount: number;
    lastMissedAt: string | null;
    missedReason: string | null;
    errorCode: string | null;
    errorDetail: string | null;
  };
}

/** A numbered change in a space. */
export type SpaceEvent = {
  [K in SpaceEventKind]: {
    kind: K;
    /** From 1 and without gaps in a space. */
    number: number;
    /** The workspace that decides who may see it; null where the repository does. */
    workspaceId: string | null;
    repositoryId: string | null;
    /** The id of the changed row; of files and remotes, the repository's. */
    subjectId: string;
    data: SpaceEventData[K];
    createdAt: Date;
  };
}[SpaceEventKind];

/** An event of one kind. */
export type SpaceEventOf<K extends SpaceEventKind> = Extract<SpaceEvent, { kind: K }>;
