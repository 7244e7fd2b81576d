import type { Execution, NotebookRunCell } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { loadTogether } from '../engines/database/load-together.js';
import type { PrismaService } from '../engines/database/prisma-service.js';

/**
 * Loads the execution of a cell of a run that the caller has loaded. Those of many cells are loaded with one statement.
 * @returns null until it is queued, and when it was removed
 */
export async function loadCellExecution(
  { prisma }: PrismaService,
  ctx: RequestContext,
  { executionId }: NotebookRunCell,
): Promise<Execution | null> {
  const execution = await loadTogether(ctx, 'execution', executionId, async (ids) => {
    const executions = await prisma.execution.findMany({ where: { id: { in: ids } } });
    return new Map(executions.map((one) => [one.id, one]));
  });
  return execution ?? null;
}
