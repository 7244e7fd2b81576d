import type { FileChange, WorkerFolder } from './worker-folder.js';

/** A server does nothing else while it changes a batch. */
const maxBatchBytes = 2 * 1024 * 1024;
const maxBatchFiles = 200;

/** A path, its blob until now, and whether it is to have other bytes afterwards or none. */
export interface WantedChange {
  path: string;
  /** The oid of the blob that the file has; null where nothing is. */
  before: string | null;
  isRemoved?: boolean;
}

/**
 * Changes files in batches, if the folder takes them.
 * @param read the new bytes of a file; null when there are none
 * @returns the paths of those that were changed; the others are to be changed one by one
 * @throws Error when a file cannot be written; what `signal` was aborted with
 */
export async function changeManyFiles(
  folder: WorkerFolder,
  changes: Iterable<WantedChange>,
  read: (path: string) => Promise<Uint8Array | null>,
  signal?: AbortSignal,
): Promise<Set<string>> {
  const changed = new Set<string>();
  if (!folder.changeMany) return changed;
  let batch = new Map<string, FileChange>();
  let size = 0;
  const send = async () => {
    if (batch.size === 0) return true;
    const done = await folder.changeMany!(batch);
    for (const path of done) changed.add(path);
    batch = new Map();
    size = 0;
    return done.size > 0;
  };
  for (const { path, before, isRemoved = false } of changes) {
    signal?.throwIfAborted();
    const bytes = isRemoved ? null : await read(path);
    if (bytes ? bytes.length > maxBatchBytes : !isRemoved) continue;
    batch.set(path, { before, bytes });
    size += bytes?.length ?? 0;
    if (size < maxBatchBytes && batch.size < maxBatchFiles) continue;
    // Where none could be changed, or the server takes no batches, each is looked at in any case.
    if (!(await send())) return changed;
  }
  await send();
  return changed;
}
