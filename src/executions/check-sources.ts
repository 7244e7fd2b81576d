import type { RequestContext } from '../context.js';
import { sourceHashes } from '../engines/nbformat/source-hashes.js';
import { minThreadBytes } from '../engines/nbformat/threads/notebook-threads.js';
import { FieldError, type FieldFault, invalidField } from '../errors.js';
import type { FileServices } from '../files/file-services.js';
import type { LoadedSession } from '../sessions/load-session.js';

/** What a client saw of a cell: its id and the hash of its source. */
export interface SeenSource {
  cellId?: string | null;
  /** The SHA-256 of the source in UTF-8, in hex. */
  sourceSha?: string | null;
}

/**
 * Compares the sources that a client saw with those of the session's notebook, at the tip of the session's branch. Cells
 * without `sourceSha` are not compared.
 * @throws DomainError `source_mismatch` that names each cell which has another source or is missing; `invalid_request` for a
 *   session without a notebook; `not_found` when its branch is gone; `unreadable_file`
 */
export async function checkSources(
  services: Pick<FileServices, 'prisma' | 'git' | 'notebookThreads'>,
  ctx: RequestContext,
  { session }: LoadedSession,
  cells: readonly SeenSource[],
): Promise<void> {
  const first = cells.findIndex(({ sourceSha }) => sourceSha != null);
  if (first < 0) return;
  const { path } = session;
  if (!path?.endsWith('.ipynb'))
    throw invalidField(['cells', first, 'sourceSha'], 'needs a session that has a notebook');
  const stored = await storedHashes(services, ctx, { ...session, path });
  const faults = cells.flatMap(({ cellId, sourceSha }, index): FieldFault[] => {
    const isSame = sourceSha == null || stored.get(cellId!) === sourceSha.toLowerCase();
    return isSame ? [] : [{ path: ['cells', index, 'sourceSha'], ...mismatch }];
  });
  const [one, ...more] = faults.slice(0, 20);
  if (one) throw new FieldError('source_mismatch', [one, ...more]);
}

const mismatch = {
  message: 'is not that of the cell on the branch; save or read the notebook, then run the cell again',
  type: 'source_mismatch',
};

async function storedHashes(
  services: Pick<FileServices, 'prisma' | 'git' | 'notebookThreads'>,
  ctx: RequestContext,
  { workerId, branch, path }: { workerId: string; branch: string; path: string },
): Promise<Map<string, string>> {
  const worker = await services.prisma.worker.findUniqueOrThrow({
    where: { id: workerId },
    select: { repositoryId: true },
  });
  const git = await services.git.repository(worker.repositoryId);
  const file = await git.readFile(await git.resolveBranch(branch), path);
  if (!file) return new Map();
  if (file.bytes.length < minThreadBytes) return sourceHashes(file.bytes);
  return services.notebookThreads.sourceHashes(ctx.actor.userId, file.bytes);
}
