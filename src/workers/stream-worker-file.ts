import type { RequestContext } from '../context.js';
import { pullIterator } from '../engines/events/pull-iterator.js';
import { assertReadablePath } from '../engines/git/file-path.js';
import { DomainError, invalidField, notFound } from '../errors.js';
import type { FileChunk } from '../files/stream-file.js';
import type { OpenFile } from './folder-reader.js';
import { loadWorker } from './load-worker.js';
import { assertHasFiles, authorizeWorkerFiles, type WorkerFileServices } from './load-worker-files.js';

/** The maximum size of a file that is read or committed. */
export const maxWorkerFileBytes = 64 * 1024 * 1024;

/** Which part of which file to read. */
export interface WorkerFileRange {
  path: string;
  /** The first byte; a negative number counts from the end. Default 0. */
  start?: number | null;
  /** At most so many bytes; default to the end. */
  length?: number | null;
}

/**
 * Streams a file of a worker in parts. The first part is there also when there are no bytes. For the user who started the
 * worker and for space admins who have `can_view`. Needs the scope `read`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_path`, `invalid_request`,
 *   `worker_not_live`, `payload_too_large` over 64 MiB, `rate_limited`, `overloaded`, `runtime_unavailable`
 */
export async function streamWorkerFile(
  services: WorkerFileServices,
  ctx: RequestContext,
  spaceSlug: string,
  workerId: string,
  range: WorkerFileRange,
): Promise<AsyncIterableIterator<FileChunk>> {
  const { worker } = await loadWorker(services, ctx, spaceSlug, workerId, 'view', 'read');
  await authorizeWorkerFiles(services, ctx, worker);
  assertReadablePath(range.path);
  const length = range.length ?? maxWorkerFileBytes;
  if (length < 0) throw invalidField('length', 'must not be negative', 'out_of_range');
  assertHasFiles(worker);
  const file = await services.workerFiles.open(worker, range.path);
  if (!file) throw notFound('The file');
  try {
    if (file.size > maxWorkerFileBytes) throw tooLarge();
    const sha = await services.workerFiles.sha(worker, range.path, file);
    const { size } = file;
    const start = Math.min(
      size,
      (range.start ?? 0) < 0 ? Math.max(0, size + range.start!) : (range.start ?? 0),
    );
    return chunksOf(file, sha, start, Math.min(size, start + length));
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The error for a file of a worker that is too large to be read or committed. */
export function tooLarge(): DomainError {
  return new DomainError('payload_too_large', 'A file of a worker may have at most 64 MiB to be read.');
}

function chunksOf(file: OpenFile, sha: string, start: number, end: number): AsyncIterableIterator<FileChunk> {
  const { size } = file;
  const source = file.read(start, end)[Symbol.asyncIterator]();
  let offset: number | undefined;
  const next = async (): Promise<FileChunk | undefined> => {
    const at = offset ?? start;
    if (at === end && offset !== undefined) return undefined;
    const bytes = at === end ? new Uint8Array() : (await source.next()).value;
    // Fewer bytes than announced: a kernel has cut the file off meanwhile.
    if (!bytes)
      throw new DomainError('runtime_unavailable', 'The file was changed while it was read; try again.');
    offset = at + bytes.length;
    return { size, sha, offset: at, bytes };
  };
  return pullIterator(next, () => void file.close().catch(() => {}));
}
