import { randomUUID } from 'node:crypto';
import type { Execution } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import type { FileServices } from '../files/file-services.js';
import { checkAll } from '../validation/check-all.js';
import { checkUuid } from '../validation/check-input.js';
import { checkCell } from './check-cell.js';
import { checkSavedCell, checkSaveTarget } from './check-save-outputs.js';
import type { ExecutionServices } from './execution-services.js';
import { findRepeated } from './find-repeated.js';
import { loadRunnableSession } from './load-runnable-session.js';
import { rememberExecution } from './read-execution.js';

/** A cell to run. */
export interface ExecuteCellInput {
  code: string;
  cellIndex?: number | null;
  cellId?: string | null;
  /** A run that takes longer is interrupted and ends as `timed_out`; default no limit. */
  timeoutSeconds?: number | null;
  /** Whether an error in this cell ends the caller's cells queued behind it as `aborted`; default true. */
  stopOnError?: boolean | null;
  /** A UUID that the client chose. Sent again, it returns the same execution; the cell does not run twice. */
  executionId?: string | null;
  /**
   * Whether the outputs are saved into the cell at the end of the run, with one commit on the branch of the session; default
   * false. Needs `cellId`, and the scope `write`.
   */
  saveOutputs?: boolean | null;
}

/**
 * Queues a cell in a session. The caller needs the scope `execute` and `can_edit`, and must have started the session or
 * be a space admin.
 * @returns the execution, whose log has begun
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `worker_not_live`,
 *   `session_dead`, `runtime_unavailable`, `execution_id_reused`, `quota_exceeded`, `invalid_request`; `branch_protected` with
 *   `saveOutputs`
 */
export async function executeCell(
  services: ExecutionServices & FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  sessionId: string,
  input: ExecuteCellInput,
): Promise<Execution> {
  const { intake, outputsSaver } = services;
  const loaded = await loadRunnableSession(services, ctx, spaceSlug, sessionId);
  const body = await checkInput(input);
  const saves = input.saveOutputs ?? false;
  if (saves) {
    checkSavedCell(loaded, body.cellId);
    await checkSaveTarget(services, ctx, loaded);
  }
  const id = input.executionId?.toLowerCase() ?? randomUUID();
  const row = { id, sessionId: loaded.session.id, userId: ctx.actor.userId, ...body };
  const findOne = async () => (await findRepeated(services, ctx, [{ ...row, saves }]))?.[0];
  const repeated = input.executionId ? await findOne() : undefined;
  if (repeated) return repeated;
  const giveBack = loaded.reserveRun();
  try {
    const execution = await intake.add(row, saves);
    if (saves) outputsSaver.follow(execution);
    rememberExecution(ctx, { id, isNew: true, execution });
    return execution;
  } catch (error) {
    // Another request with this id was first, or the row was written and only the answer of the database was lost.
    const found = await findOne();
    if (found) return found;
    throw error;
  } finally {
    giveBack();
  }
}

type Body = Pick<Execution, 'code' | 'cellIndex' | 'cellId' | 'timeoutSeconds' | 'stopOnError'>;

async function checkInput(input: ExecuteCellInput): Promise<Body> {
  const { cellIndex = null, timeoutSeconds = null, stopOnError, executionId, cellId } = input;
  const checked = await checkAll({
    executionId: () => (executionId == null ? null : checkUuid(executionId, 'executionId')),
    cellIndex: () => (cellIndex === null ? null : checkCell.cellIndex(cellIndex)),
    timeoutSeconds: () => (timeoutSeconds === null ? null : checkCell.timeoutSeconds(timeoutSeconds)),
    code: () => checkCell.code(input.code),
    cellId: () => (cellId == null ? null : checkCell.cellId(cellId)),
  });
  const { code } = checked;
  return { code, cellIndex, cellId: checked.cellId, timeoutSeconds, stopOnError: stopOnError ?? true };
}
