import { invalidField } from '../errors.js';
import type { RunRow } from './load-run.js';
import type { NotebookRunServices } from './notebook-run-services.js';
import type { RunCursor } from './run-cursor.js';

type Services = Pick<NotebookRunServices, 'prisma' | 'executionLog'>;

/**
 * Checks that a cursor is that of an event which the run has, or before the first one. After any other, a stream would end
 * without the end of the run, or leave out what comes until then.
 * @throws FieldError `invalid_request` naming `after`
 */
export async function checkRunCursor(
  services: Services,
  run: Pick<RunRow, 'id' | 'finishedAt'>,
  { position, sequence }: RunCursor,
): Promise<void> {
  if (position === 1 && sequence === 0) return;
  if (sequence > 0 && sequence <= (await lastSequence(services, run, position))) return;
  throw invalidField('after', 'must be the cursor of an event of this run', 'out_of_range');
}

/** The number of the newest event at a position; 0 when there is none. */
async function lastSequence(
  { prisma, executionLog }: Services,
  { id: runId, finishedAt }: Pick<RunRow, 'id' | 'finishedAt'>,
  position: number,
): Promise<number> {
  const cell = await prisma.notebookRunCell.findUnique({ where: { runId_position: { runId, position } } });
  if (!cell) {
    // The end of the run has the position behind its last cell.
    const cells = await prisma.notebookRunCell.count({ where: { runId } });
    return position === cells + 1 && finishedAt !== null ? 1 : 0;
  }
  const isQueued = (await prisma.execution.count({ where: { id: cell.executionId } })) > 0;
  return isQueued ? executionLog.lastSequence(cell.executionId) : 0;
}
