import type { RequestContext } from '../context.js';
import { DomainError } from '../errors.js';
import type { RunRow } from './load-run.js';
import { loadOwnRun, withoutNotebook } from './load-run.js';
import type { NotebookRunServices } from './notebook-run-services.js';

/**
 * Asks to cancel a run: its cell is interrupted, and the run ends as `cancelled` soon after. Idempotent until then. The caller
 * needs the scope `execute` and `can_edit`, and must have started the run or be a space admin.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `execution_finished` when it has ended
 */
export async function cancelRun(
  { prisma, bus }: Pick<NotebookRunServices, 'prisma' | 'bus'>,
  ctx: RequestContext,
  runId: string,
  within: { spaceSlug?: string } = {},
): Promise<RunRow> {
  const { id } = await loadOwnRun({ prisma }, ctx, runId, within);
  await prisma.notebookRun.updateMany({
    where: { id, finishedAt: null, cancelledAt: null },
    data: { cancelledAt: new Date(), cancelledBy: ctx.actor.userId },
  });
  const run = await prisma.notebookRun.findUniqueOrThrow({ where: { id }, omit: withoutNotebook });
  if (run.finishedAt !== null)
    throw new DomainError('execution_finished', 'This run has ended already; read it for its result.');
  bus.publish('notebookRun', id, { runId: id });
  return run;
}
