import { loadSpace } from '../access/load-space.js';
import type { AuthorizeRepeat, RepeatedRequest } from '../access/repeated-request.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { authorizeExecutionControl } from '../executions/authorize-execution-control.js';
import { authorizeFileWrite } from '../files/authorize-file-write.js';
import { authorizeRestoreVersion } from '../files/authorize-restore-version.js';
import { authorizeMergeBranch } from '../files/merge/authorize-merge-branch.js';
import { authorizeRunControl } from '../notebook-runs/authorize-run-control.js';
import { authorizeRunNotebook } from '../notebook-runs/authorize-run-notebook.js';
import { authorizeCreateLink } from '../notebooks/links/authorize-create-link.js';
import { authorizeCreateBranch } from '../repositories/branches/authorize-create-branch.js';
import { authorizeCreateSchedule } from '../schedules/authorize-create-schedule.js';
import { authorizeCreateSession } from '../sessions/authorize-create-session.js';
import { authorizeSessionControl } from '../sessions/authorize-session-control.js';
import { authorizeCommitWorkerFiles } from '../workers/authorize-commit-worker-files.js';
import { authorizeStartWorker } from '../workers/authorize-start-worker.js';
import { authorizeArchiveWorkspace } from '../workspaces/authorize-archive-workspace.js';
import { authorizeCreateWorkspace } from '../workspaces/authorize-create-workspace.js';

/** The authorization of each operation that a request with an `Idempotency-Key` may repeat. */
const authorizations = {
  createWorkspace: authorizeCreateWorkspace,
  archiveWorkspace: authorizeArchiveWorkspace,
  unarchiveWorkspace: authorizeArchiveWorkspace,
  createBranch: authorizeCreateBranch,
  mergeBranch: authorizeMergeBranch,
  createFile: authorizeFileWrite,
  renameFile: authorizeFileWrite,
  commitFiles: authorizeFileWrite,
  restoreNotebookVersion: authorizeRestoreVersion,
  createNotebookLink: authorizeCreateLink,
  startWorker: authorizeStartWorker,
  commitWorkerFiles: authorizeCommitWorkerFiles,
  createSession: authorizeCreateSession,
  interruptSession: authorizeSessionControl,
  restartSession: authorizeSessionControl,
  completeCode: authorizeExecutionControl,
  inspectCode: authorizeExecutionControl,
  executeCells: authorizeExecutionControl,
  cancelExecution: authorizeExecutionControl,
  answerInput: authorizeExecutionControl,
  sendCommMessage: authorizeExecutionControl,
  runNotebook: authorizeRunNotebook,
  cancelNotebookRun: authorizeRunControl,
  createSchedule: authorizeCreateSchedule,
} satisfies Record<string, AuthorizeRepeat>;

/**
 * An operation that a request with an `Idempotency-Key` may repeat. A route that names another one does not compile: the
 * store that REST is given takes no other names.
 */
export type RepeatableOperation = keyof typeof authorizations;

/**
 * Authorizes a caller, with the permissions that they have now, to get the stored answer of a request.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request` for a repository that is unknown
 */
export async function authorizeRepeat(
  services: PrismaService,
  ctx: RequestContext,
  { operation, names }: { operation: RepeatableOperation; names: RepeatedRequest },
): Promise<void> {
  await loadSpace(services, ctx, names.spaceSlug);
  await authorizations[operation](services, ctx, names);
}
