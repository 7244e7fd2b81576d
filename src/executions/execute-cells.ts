import { randomUUID } from 'node:crypto';
import type { Execution } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { invalidField } from '../errors.js';
import type { FileServices } from '../files/file-services.js';
import type { LoadedSession } from '../sessions/load-session.js';
import { checkAll, checkEach } from '../validation/check-all.js';
import { checkUuid } from '../validation/check-input.js';
import { faultsBelow } from '../validation/faults-below.js';
import { checkCell } from './check-cell.js';
import { checkSavedCell, checkSaveTarget } from './check-save-outputs.js';
import { checkSources, type SeenSource } from './check-sources.js';
import type { ExecutionServices } from './execution-services.js';
import { findRepeated } from './find-repeated.js';
import { loadRunnableSession } from './load-runnable-session.js';

const maxCells = 500;

/** One of several cells that are queued together. */
interface BatchCell extends SeenSource {
  code: string;
  cellIndex?: number | null;
  /** A UUID that the client chose, as in `ExecuteCellInput`: all cells of a batch have one, or none. */
  executionId?: string | null;
  /** As in `ExecuteCellInput`: each has a commit of its own. */
  saveOutputs?: boolean | null;
}

/** Several cells to run, one after the other. */
export interface ExecuteCellsInput {
  cells: readonly BatchCell[];
  /** Each run that takes longer is interrupted and ends as `timed_out`; default no limit. */
  timeoutSeconds?: number | null;
  /** Whether an error ends those behind it as `aborted`; default true. */
  stopOnError?: boolean | null;
}

/**
 * Queues several cells in a session, all of them or none, with nothing between them. The caller needs the scope `execute` and
 * `can_edit`, and must have started the session or be a space admin.
 * @returns the executions in the order of the cells
 * @throws DomainError `source_mismatch`, `unreadable_file`, and what `executeCell` throws
 */
export async function executeCells(
  services: ExecutionServices & FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  sessionId: string,
  input: ExecuteCellsInput,
): Promise<Execution[]> {
  const loaded = await loadRunnableSession(services, ctx, spaceSlug, sessionId);
  const { timeoutSeconds = null, stopOnError } = input;
  const { cells } = await checkAll({
    timeoutSeconds: () => (timeoutSeconds === null ? null : checkCell.timeoutSeconds(timeoutSeconds)),
    cells: () => checkCells(input.cells, loaded),
  });
  if (input.cells.some(({ saveOutputs }) => saveOutputs)) await checkSaveTarget(services, ctx, loaded);
  const { id } = loaded.session;
  const ofAll = { sessionId: id, userId: ctx.actor.userId, timeoutSeconds, stopOnError: stopOnError ?? true };
  const hasIds = cells.some((cell) => cell.id !== null);
  const rows = cells.map((cell) => ({ ...ofAll, ...cell, id: cell.id ?? randomUUID() }));
  const saves = (index: number) => input.cells[index]!.saveOutputs ?? false;
  const findAll = () =>
    findRepeated(
      services,
      ctx,
      rows.map((row, index) => ({ ...row, saves: saves(index) })),
    );
  const repeated = hasIds ? await findAll() : null;
  if (repeated) return repeated;
  const saved = rows.filter((_row, index) => saves(index)).map((row) => row.id);
  const giveBack = loaded.reserveRun(cells.length);
  try {
    await checkSources(services, ctx, loaded, input.cells);
    const executions = await services.intake.addAll(rows, saved);
    // In the order of the cells: that is the order of the commits.
    for (const executionId of saved) services.outputsSaver.follow({ id: executionId, sessionId: id });
    return executions;
  } catch (error) {
    // Another request with these ids was first, or the rows were written and only the answer of the database was lost.
    const found = hasIds ? await findAll() : null;
    if (found) return found;
    throw error;
  } finally {
    giveBack();
  }
}

/** Checks the number of cells. @throws FieldError `invalid_request` for none, and for more than the maximum */
export function checkCellCount(cells: readonly unknown[]): void {
  if (cells.length === 0) throw invalidField('cells', 'must have at least one cell', 'too_short');
  if (cells.length > maxCells) throw invalidField('cells', `must have at most ${maxCells} cells`, 'too_long');
}

async function checkCells(cells: ExecuteCellsInput['cells'], loaded: Pick<LoadedSession, 'session'>) {
  checkCellCount(cells);
  const ids = new Set<string>();
  const hasIds = cells.some(({ executionId }) => executionId != null);
  return checkEach(cells, ({ code, cellId, cellIndex = null, executionId, sourceSha, saveOutputs }, index) =>
    faultsBelow(['cells', index], async () => {
      const checked = await checkAll({
        id: () => (hasIds ? checkNewId(executionId, ids) : null),
        code: () => checkCell.code(code),
        cellId: () => (cellId == null ? null : checkCell.cellId(cellId)),
        cellIndex: () => (cellIndex === null ? null : checkCell.cellIndex(cellIndex)),
        sourceSha: () => (sourceSha == null ? null : checkSourceSha(sourceSha)),
      });
      if (sourceSha != null && cellId == null)
        throw invalidField('cellId', 'is required with sourceSha', 'missing');
      if (saveOutputs) checkSavedCell(loaded, cellId);
      return {
        ...{ id: checked.id, code: checked.code },
        ...{ cellId: checked.cellId, cellIndex: checked.cellIndex },
      };
    }),
  );
}

/** Checks that a cell has an id that no cell before it has, and returns it as the database has it. */
function checkNewId(executionId: string | null | undefined, ids: Set<string>): string {
  if (executionId == null)
    throw invalidField('executionId', 'is required where another cell of the batch has one', 'missing');
  const id = checkUuid(executionId, 'executionId').toLowerCase();
  if (ids.has(id)) throw invalidField('executionId', 'must differ from that of every other cell');
  ids.add(id);
  return id;
}

/** Checks that a text is a SHA-256 in hex, and returns it. @throws FieldError `invalid_request` naming `sourceSha` */
export function checkSourceSha(value: string): string {
  if (/^[0-9a-f]{64}$/i.test(value)) return value;
  throw invalidField('sourceSha', 'must be a SHA-256 in 64 hex digits');
}
