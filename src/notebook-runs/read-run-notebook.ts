import type { RequestContext } from '../context.js';
import type { JsonText } from '../engines/nbformat/json-text.js';
import type { Notebook } from '../engines/nbformat/notebook.js';
import { notFound } from '../errors.js';
import type { FileServices } from '../files/file-services.js';
import { readNotebookContent } from '../files/read-notebook-content.js';
import { executedNotebook } from './executed-notebook.js';
import type { RunRow } from './load-run.js';
import type { NotebookRunServices } from './notebook-run-services.js';

/**
 * Reads the notebook of a run with the outputs until now: from its commit once it is saved. The caller has loaded the run.
 * @returns the notebook, and its size in bytes
 * @throws DomainError `not_found` when its commit is not in the repository any more; for a large notebook also
 *   `payload_too_large`, `rate_limited`, `overloaded`
 */
export async function readRunNotebook(
  services: NotebookRunServices,
  ctx: RequestContext,
  { id }: Pick<RunRow, 'id'>,
): Promise<{ notebook: Notebook | JsonText; size: number }> {
  const run = await services.prisma.notebookRun.findUniqueOrThrow({ where: { id } });
  const { notebook, finishedAt } = run;
  const isExecuted = notebook === null || finishedAt !== null;
  const bytes = isExecuted
    ? (notebook ?? (await savedBytes(services, run)))
    : (await executedNotebook(services, { ...run, notebook })).bytes;
  return { notebook: await readNotebookContent(services, ctx, bytes), size: bytes.length };
}

async function savedBytes({ git }: FileServices, run: RunRow): Promise<Uint8Array> {
  const repository = await git.repository(run.repositoryId);
  const file = run.savedCommitOid ? await repository.readFile(run.savedCommitOid, run.savePath) : null;
  if (!file) throw notFound('The executed notebook');
  return file.bytes;
}
