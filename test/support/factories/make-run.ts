import { randomUUID } from 'node:crypto';
import type { NotebookRun, Prisma, Worker } from '../../../prisma/generated/client/client.js';
import type { TestGateway } from '../gateway.js';
import { codeNotebook } from './code-notebook.js';

/**
 * Creates a run of a notebook that was cancelled, as a row.
 * @param options.cells the ids of the executions of its cells; undefined for one that was not queued. Default no cells
 * @param options.data overrides of the row
 */
export function makeRun(
  { gateway }: Pick<TestGateway, 'gateway'>,
  { workspaceId, userId, repositoryId }: Pick<Worker, 'workspaceId' | 'userId' | 'repositoryId'>,
  {
    cells = [],
    data,
  }: { cells?: (string | undefined)[]; data?: Partial<Prisma.NotebookRunUncheckedCreateInput> } = {},
): Promise<NotebookRun> {
  return gateway.services.prisma.notebookRun.create({
    data: {
      ...{ workspaceId, userId, repositoryId, commitOid: '0'.repeat(40), status: 'cancelled' },
      ...{ path: 'there.ipynb', savePath: 'there.ipynb', ref: 'main', branch: 'main', saveBranch: 'main' },
      ...{ kernelProfileId: 'python3', kernelName: 'python3', finishedAt: new Date() },
      notebook: Buffer.from(JSON.stringify(codeNotebook([]))),
      cells: {
        create: cells.map((executionId = randomUUID(), index) => ({
          ...{ executionId, position: index + 1, cellIndex: index, source: '1', mayRaise: false },
        })),
      },
      ...data,
    },
  });
}
