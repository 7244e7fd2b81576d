import type { NotebookRun } from '../../prisma/generated/client/client.js';
import type { JsonObject } from '../engines/nbformat/json-value.js';
import { mergeOutputs } from '../engines/nbformat/merge-outputs.js';
import { minThreadBytes } from '../engines/nbformat/threads/notebook-threads.js';
import type { ExecutionServices } from '../executions/execution-services.js';
import type { FileServices } from '../files/file-services.js';
import { type RanCell, runOutputs } from './run-outputs.js';

type Services = Pick<ExecutionServices, 'prisma' | 'executionLog'> & Pick<FileServices, 'notebookThreads'>;

/** The notebook of a run with outputs. */
export interface ExecutedNotebook {
  bytes: Uint8Array;
  /** The indexes of the cells whose outputs are not whole, because they were cut or lost. */
  truncatedCells: number[];
}

/**
 * The prepared notebook of a run with the outputs of the cells that have run until now.
 * @param run.notebook the prepared notebook
 * @param metadataOf gets `truncatedCells`, and returns members that the notebook's metadata gets; default none
 * @throws DomainError `invalid_notebook` for outputs that nbformat does not allow; for a large notebook also `payload_too_large`,
 *   `rate_limited`, `overloaded`
 */
export async function executedNotebook(
  services: Services,
  run: Pick<NotebookRun, 'id' | 'userId'> & { notebook: Uint8Array },
  metadataOf?: (truncatedCells: number[]) => JsonObject,
): Promise<ExecutedNotebook> {
  const cells = await runOutputs(services, await ranCells(services, run.id));
  const truncatedCells = cells.filter(({ isTruncated }) => isTruncated).map(({ cell }) => cell);
  const metadata = metadataOf?.(truncatedCells);
  const merge = { cells, ...(metadata ? { metadata } : {}) };
  const other = run.notebook.length + (metadata ? JSON.stringify(metadata).length : 0);
  const size = cells.reduce((sum, { outputs }) => sum + JSON.stringify(outputs).length, other);
  const bytes =
    size < minThreadBytes
      ? mergeOutputs(run.notebook, merge)
      : await services.notebookThreads.mergeOutputs(run.userId, run.notebook, merge);
  return { bytes, truncatedCells };
}

async function ranCells({ prisma }: Services, runId: string): Promise<RanCell[]> {
  const cells = await prisma.notebookRunCell.findMany({ where: { runId }, orderBy: { position: 'asc' } });
  const executions = await prisma.execution.findMany({
    where: { id: { in: cells.map(({ executionId }) => executionId) }, startedAt: { not: null } },
    select: { id: true, executionCount: true },
  });
  const byId = new Map(executions.map((execution) => [execution.id, execution]));
  return cells.flatMap(({ cellIndex, source, executionId }) => {
    const execution = byId.get(executionId);
    return execution ? [{ cellIndex, source, execution }] : [];
  });
}
