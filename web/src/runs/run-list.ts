import type { RunRowFragment } from '../../generated/shell.js';

/** A run of a cell, and where it is. What is null is not known yet. */
export interface Run {
  id: string;
  sessionId: string;
  workspaceId: string;
  userId: string;
  status: string;
  createdAt: string;
  finishedAt: string | null;
  code: string | null;
  path: string | null;
  branch: string | null;
  /** Why it failed, in a sentence. */
  error: string | null;
}

/** How many runs a page keeps. */
const maxRuns = 60;

/** A run as the API answers it. @param branch that of its session; null where the session is deleted */
function runOf(row: RunRowFragment, branch: string | null): Run {
  const { id, sessionId, workspaceId, path, userId, status, createdAt, finishedAt, code } = row;
  const error = row.error?.detail ?? (row.exception && exceptionText(row.exception));
  return { id, sessionId, workspaceId, userId, status, createdAt, finishedAt, code, path, branch, error };
}

/** An exception as one line. */
export function exceptionText({ name, message }: { name: string; message: string }): string {
  return [name, message].filter(Boolean).join(': ');
}

/** Whether a run ended because somebody interrupted its kernel. */
export function isInterrupted({ error }: Pick<Run, 'error'>): boolean {
  return error !== null && /^KeyboardInterrupt(:|$)/.test(error);
}

/** The runs of an answer, with the branches of their sessions. */
export function runsOf(
  rows: readonly RunRowFragment[],
  sessions: readonly { id: string; branch: string }[],
): Run[] {
  const branches = new Map(sessions.map(({ id, branch }) => [id, branch]));
  return rows.map((row) => runOf(row, branches.get(row.sessionId) ?? null));
}

const ends: ReadonlySet<string> = new Set(['ok', 'error', 'aborted', 'cancelled', 'failed', 'timed_out']);

/** Whether a run with this status is over. */
export function isEnded(status: string): boolean {
  return ends.has(status);
}

/** Whether a run with this status did not do what it should. */
export function isFailure(status: string): boolean {
  return status === 'error' || status === 'failed' || status === 'timed_out';
}

/**
 * Adds runs to a list, newest first, and keeps the newest 60. A run that has ended does not run again, and what was
 * known of it stays.
 */
export function mergeRuns(list: readonly Run[], added: readonly Run[]): Run[] {
  const runs = new Map(list.map((run) => [run.id, run]));
  for (const run of added) {
    const before = runs.get(run.id);
    if (before) {
      const isOld = isEnded(before.status) && !isEnded(run.status);
      runs.set(run.id, {
        ...run,
        status: isOld ? before.status : run.status,
        finishedAt: run.finishedAt ?? before.finishedAt,
        createdAt: before.createdAt < run.createdAt ? before.createdAt : run.createdAt,
        code: run.code ?? before.code,
        path: run.path ?? before.path,
        branch: run.branch ?? before.branch,
        error: run.error ?? before.error,
      });
    } else runs.set(run.id, run);
  }
  return [...runs.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, maxRuns);
}
