import type { WorkerFolder } from './worker-folder.js';

/** A server does nothing else while it writes a batch. */
const maxBatchBytes = 2 * 1024 * 1024;
const maxBatchFiles = 200;

/**
 * Writes files where nothing is, in batches, if the folder takes them.
 * @param read the bytes of a file; null when there are none
 * @returns the paths of those that were written; the others are to be written one by one
 * @throws Error when a file cannot be written; what `signal` was aborted with
 */
export async function putNewFiles(
  folder: WorkerFolder,
  paths: Iterable<string>,
  read: (path: string) => Promise<Uint8Array | null>,
  signal?: AbortSignal,
): Promise<Set<string>> {
  const written = new Set<string>();
  if (!folder.putNew) return written;
  let batch = new Map<string, Uint8Array>();
  let size = 0;
  const send = async () => {
    if (batch.size === 0) return true;
    const done = await folder.putNew!(batch);
    for (const path of done) written.add(path);
    batch = new Map();
    size = 0;
    return done.size > 0;
  };
  for (const path of paths) {
    signal?.throwIfAborted();
    const bytes = await read(path);
    if (!bytes || bytes.length > maxBatchBytes) continue;
    batch.set(path, bytes);
    size += bytes.length;
    if (size < maxBatchBytes && batch.size < maxBatchFiles) continue;
    // Where none is new, or the server takes no batches, each is looked at in any case.
    if (!(await send())) return written;
  }
  await send();
  return written;
}
