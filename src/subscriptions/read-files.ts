import type { RequestContext } from '../context.js';
import {
  type ArchiveChunk,
  type ArchiveFileServices,
  type ArchiveFormat,
  streamArchive,
} from '../files/archives/stream-archive.js';
import { type FileTarget, loadFileTarget } from '../files/file-target.js';
import { type FileChunk, type FileRange, type StreamFileServices, streamFile } from '../files/stream-file.js';
import { loadWorker } from '../workers/load-worker.js';
import { authorizeWorkerFiles, type WorkerFileServices } from '../workers/load-worker-files.js';
import { streamWorkerFile, type WorkerFileRange } from '../workers/stream-worker-file.js';
import type { StreamGuard } from './stream-guard.js';

/** `streamFile`, which ends with an error when the caller loses access. @throws DomainError what `streamFile` throws */
export async function readFileContent(
  services: StreamFileServices & { streamGuard: StreamGuard },
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  range: FileRange,
): Promise<AsyncIterableIterator<FileChunk>> {
  return services.streamGuard.guard(ctx, await streamFile(services, ctx, spaceSlug, address, range), {
    key: ['file', spaceSlug, JSON.stringify(address)],
    check: (fresh) => loadFileTarget(services, fresh, spaceSlug, address, 'view'),
  });
}

/** `streamArchive`, which ends with an error when the caller loses access. @throws DomainError what `streamArchive` throws */
export async function readArchiveContent(
  services: ArchiveFileServices & { streamGuard: StreamGuard },
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: { ref?: string | null; format: ArchiveFormat },
): Promise<AsyncIterableIterator<ArchiveChunk>> {
  return services.streamGuard.guard(ctx, await streamArchive(services, ctx, spaceSlug, address, input), {
    key: ['file', spaceSlug, JSON.stringify(address)],
    check: (fresh) => loadFileTarget(services, fresh, spaceSlug, address, 'view'),
  });
}

/**
 * `streamWorkerFile`, which ends with an error when the caller loses access.
 * @throws DomainError what `streamWorkerFile` throws
 */
export async function readWorkerFileContent(
  services: WorkerFileServices & { streamGuard: StreamGuard },
  ctx: RequestContext,
  spaceSlug: string,
  workerId: string,
  range: WorkerFileRange,
): Promise<AsyncIterableIterator<FileChunk>> {
  const chunks = await streamWorkerFile(services, ctx, spaceSlug, workerId, range);
  return services.streamGuard.guard(ctx, chunks, {
    key: ['worker file', spaceSlug, workerId],
    async check(fresh) {
      const { worker } = await loadWorker(services, fresh, spaceSlug, workerId, 'view', 'read');
      await authorizeWorkerFiles(services, fresh, worker);
    },
  });
}
