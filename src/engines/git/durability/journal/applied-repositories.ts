import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../storage-error.js';
import { type Syncs, syncPaths } from '../syncs.js';

const fileName = 'applied';

/**
 * The repositories, by folder name, for which a journal was replayed already. A second replay could move refs back that were
 * moved since.
 */
export async function readApplied(journal: string): Promise<ReadonlySet<string>> {
  const text = await readFile(join(journal, fileName), 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  });
  return new Set(text.split('\n').filter((name) => name !== ''));
}

/** Replaces the list that {@link readApplied} reads; durable once it returns. */
export async function writeApplied(
  journal: string,
  repositories: Iterable<string>,
  syncs: Syncs | null,
): Promise<void> {
  const file = join(journal, fileName);
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile([...repositories].map((name) => `${name}\n`).join(''));
    if (syncs) await syncs.all(handle.fd);
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  if (syncs) await syncPaths([journal], syncs, journal);
}
