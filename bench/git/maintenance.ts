import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalLeases } from '../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../src/engines/git/find-native-git.js';
import { GitStore } from '../../src/engines/git/git-store.js';
import type { Row } from '../stats.js';

const who = { name: 'Bench', email: 'bench@example.com' };
const saves = 1_000;
const lineBytes = 50;
const lines = 10_000;

/** The size on disk after maintenance of 1,000 saves of 500 KB, one line changed in each, against their loose size. */
export async function benchMaintenance(): Promise<Row[]> {
  const root = await mkdtemp(join(tmpdir(), 'maintenance-'));
  const store = new GitStore({
    leases: new LocalLeases(),
    root,
    fsync: false,
    native: await findNativeGit(),
  });
  try {
    const id = randomUUID();
    const content = Array.from({ length: lines }, line);
    const path = 'notebooks/a.ipynb';
    await store.createRepository(id, {
      defaultBranch: 'main',
      author: who,
      committer: who,
      message: 'Start',
      files: [{ path, bytes: Buffer.from(content.join('')) }],
    });
    const repository = await store.repository(id);
    for (let n = 0; n < saves; n++) {
      content[(n * 7919) % lines] = line();
      const bytes = Buffer.from(content.join(''));
      await repository.commit({
        branch: 'main',
        changes: [{ kind: 'save', path, bytes }],
        author: who,
        committer: who,
        message: 'Save',
      });
    }
    const loose = await store.measure(id);
    await store.maintain(id, { signal: new AbortController().signal, onProgress: () => {} });
    const packed = await store.measure(id);
    const megabytes = (bytes: number) => bytes / 1024 / 1024;
    return [
      {
        what: 'size of 1,000 saves of 500 KB after maintenance',
        unit: 'MB',
        ours: megabytes(packed.sizeBytes),
        baseline: 'loose objects',
        theirs: megabytes(loose.sizeBytes),
        goal: 0.05,
      },
    ];
  } finally {
    await store.close();
    await rm(root, { recursive: true, force: true });
  }
}

function line(): string {
  return `"${randomBytes(36)
    .toString('base64')
    .slice(0, lineBytes - 4)}",\n`;
}
