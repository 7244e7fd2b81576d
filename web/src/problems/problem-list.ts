import type { FailedWorkersQuery, SpaceOverviewQuery } from '../../generated/shell.js';
import { addressOf } from '../router/routes.js';
import { isFailure, isInterrupted, type Run } from '../runs/run-list.js';

/** Something that went wrong lately. */
export interface Problem {
  id: string;
  /** What it happened to, e.g. the path of a notebook. */
  what: string;
  /** A sentence. */
  detail: string;
  /** In ISO 8601; null where it is not known. */
  at: string | null;
  /** The page that shows more; null where there is none. */
  to: string | null;
}

const maxProblems = 20;
const maxDetail = 400;

/** What went wrong lately in a space, newest first: runs, workers, remotes. */
export function problemsOf(
  slug: string,
  runs: readonly Run[],
  overview: SpaceOverviewQuery | undefined,
  workers: FailedWorkersQuery | undefined,
): Problem[] {
  const problems = [
    ...runs.filter((run) => isFailure(run.status) && !isInterrupted(run)).map((run) => ofRun(slug, run)),
    ...(workers?.space.workers.nodes ?? [])
      .filter(({ status }) => status === 'failed')
      .map((worker) => ({
        id: worker.id,
        what: 'Worker',
        detail: worker.errorDetail ?? worker.statusReason?.replaceAll('_', ' ') ?? 'failed',
        at: worker.stoppedAt ?? worker.createdAt,
        to: addressOf.workspace(slug, worker.workspaceId),
      })),
    ...(overview?.space.repositories.nodes ?? []).flatMap(({ id, name, remote }) =>
      remote?.lastError
        ? [{ id, what: `Remote of ${name}`, detail: remote.lastError, at: remote.lastSyncedAt, to: null }]
        : [],
    ),
  ];
  return problems
    .sort((a, b) => (b.at ?? '').localeCompare(a.at ?? ''))
    .slice(0, maxProblems)
    .map((problem) => ({ ...problem, detail: problem.detail.slice(0, maxDetail) }));
}

function ofRun(
  slug: string,
  { id, path, branch, workspaceId, error, status, code, createdAt, finishedAt }: Run,
): Problem {
  return {
    id,
    what: path ?? 'Cell',
    detail:
      error ??
      (status === 'timed_out' ? 'It ran for too long.' : `An exception in: ${firstLine(code ?? '')}`),
    at: finishedAt ?? createdAt,
    to: path
      ? addressOf.anyFile({ slug, workspaceId, path, branch: branch ?? undefined })
      : addressOf.workspace(slug, workspaceId),
  };
}

function firstLine(code: string): string {
  return code.trim().split('\n', 1)[0] ?? '';
}
