import type { Worker } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { readCursor, writeCursor } from '../paging/cursor.js';
import type { Listing } from '../paging/listing.js';
import type { WorkerFile, WorkerFileList } from './compare-files.js';
import { assertHasFiles, authorizeWorkerFiles, type WorkerFileServices } from './load-worker-files.js';

/** The list of the files of a worker, sorted by path. */
export interface WorkerFileListing extends Listing<WorkerFile> {
  /** Whether the worker has more files than can be listed. */
  isTruncated(): Promise<boolean>;
}

/**
 * Lists the files in the folder of a worker and what its kernels did to them. For the user who started it and for space
 * admins who have `can_view`. Needs the scope `read`.
 * @param filter.changedOnly leaves out the files that are as the branch has them
 * @throws DomainError `insufficient_scope`, `forbidden`, `not_found`, `worker_not_live`, `runtime_unavailable`,
 *   `invalid_request`; not before the listing is read
 */
export function listWorkerFiles(
  services: WorkerFileServices,
  ctx: RequestContext,
  worker: Worker,
  filter: { changedOnly: boolean },
): WorkerFileListing {
  let list: Promise<WorkerFileList> | undefined;
  const load = async () => {
    await authorizeWorkerFiles(services, ctx, worker);
    assertHasFiles(worker);
    const { files, isTruncated } = await services.workerFiles.list(worker);
    return { files: filter.changedOnly ? files.filter(isChanged) : files, isTruncated };
  };
  const read = () => {
    list ??= load();
    return list;
  };
  return {
    async find({ take, skip, after }) {
      const [last] = after === undefined ? [] : readCursor(after, 1);
      const { files } = await read();
      const start = last === undefined ? skip : files.findIndex(({ path }) => isAfter(path, last));
      return start < 0 ? [] : files.slice(start, start + take);
    },
    count: async () => (await read()).files.length,
    isTruncated: async () => (await read()).isTruncated,
    cursorOf: ({ path }) => writeCursor([path]),
  };
}

function isChanged({ status }: WorkerFile): boolean {
  return status !== 'unchanged';
}

function isAfter(path: string, last: string): boolean {
  return Buffer.compare(Buffer.from(path), Buffer.from(last)) > 0;
}
