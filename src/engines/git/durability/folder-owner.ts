import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../../../errors.js';
import { removeTemp } from './durable-files.js';
import { errnoOf } from './storage-error.js';
import { type Syncs, syncPaths } from './syncs.js';

const ownerFile = 'gateway-database';

/**
 * Records in the folder of the repositories which database it belongs to, or checks it. The leases of its writers are in that
 * database, so two gateways with different databases would each believe that the other one has ended.
 * @throws DomainError `storage_unavailable` when it belongs to another database
 */
export async function claimFolder(root: string, databaseId: string, syncs: Syncs | null): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const file = join(root, ownerFile);
  const temp = `${file}.${randomUUID()}`;
  writeFileSync(temp, `${databaseId}\n`, { mode: 0o600 });
  try {
    // The only call that creates a file together with its contents, and fails when it exists.
    linkSync(temp, file);
    if (syncs) await syncPaths([file, root], syncs, root);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    if (readFileSync(file, 'latin1').trim() !== databaseId) throw ofAnotherDatabase();
  } finally {
    removeTemp(temp);
  }
}

function ofAnotherDatabase(): DomainError {
  return new DomainError(
    'storage_unavailable',
    'The folder of the repositories belongs to another database; set DATABASE_URL to that, or DATA_DIR to another folder.',
  );
}
