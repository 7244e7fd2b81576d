import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalLeases } from '../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../src/engines/git/find-native-git.js';
import { type GitRepository, GitStore } from '../../src/engines/git/git-store.js';
import type { Row } from '../stats.js';
import { notebookOf } from './saves.js';
import type { Scene } from './scene.js';

const who = { name: 'Bench', email: 'bench@example.com' };
const branches = Array.from({ length: 16 }, (_, n) => `branch-${n}`);
const saves = 640;
const syncMs = 5;

/** 16 writers on 16 branches over a disk with 5 ms per fsync and no parallel ones, against sequential saves. */
export async function benchWriters(scene: Scene): Promise<Row[]> {
  const root = await mkdtemp(join(scene.root, 'slow-'));
  let disk = Promise.resolve();
  const sync = () => {
    disk = disk.then(() => sleep(syncMs));
    return disk;
  };
  const syncs = { data: sync, all: sync, fileSystem: () => sync().then(() => true) };
  const store = new GitStore({ leases: new LocalLeases(), native: await findNativeGit(), root, syncs });
  try {
    const id = randomUUID();
    const { commitOid } = await store.createRepository(id, {
      defaultBranch: 'main',
      author: who,
      committer: who,
      message: 'Start',
      files: [{ path: 'a.ipynb', bytes: notebookOf('0', 5_000) }],
    });
    const repository = await store.repository(id);
    for (const name of branches) await repository.createBranch(name, commitOid);
    let count = 0;
    const save = (branch: string) => commit(repository, branch, `${++count}`);
    const savesPerBranch = saves / branches.length;
    const parallel = () =>
      Promise.all(
        branches.map(async (branch) => {
          for (let n = 0; n < savesPerBranch; n++) await save(branch);
        }),
      );
    const sequential = async () => {
      for (let n = 0; n < saves; n++) await save(branches[n % branches.length]!);
    };
    await parallel();
    return [
      {
        what: 'save with 16 writers on 16 branches, 5 ms per fsync',
        ours: (await duration(parallel)) / saves,
        baseline: 'sequential saves, one fsync per save',
        theirs: (await duration(sequential)) / saves,
        goal: 1 / 2.5,
      },
    ];
  } finally {
    await store.close();
    await rm(root, { recursive: true, force: true });
  }
}

function commit(repository: GitRepository, branch: string, seed: string) {
  return repository.commit({
    branch,
    changes: [{ kind: 'save', path: 'a.ipynb', bytes: notebookOf(seed, 5_000) }],
    author: who,
    committer: who,
    message: 'Save',
  });
}

async function duration(run: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await run();
  return performance.now() - from;
}
