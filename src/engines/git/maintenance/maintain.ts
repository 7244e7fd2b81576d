import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { NativeGit } from '../native/native-git.js';
import { clearLeftovers } from './clear-leftovers.js';
import { countPacks, needsMaintenance } from './object-statistics.js';
import { pruneLoose, restorePruned } from './prune-loose.js';
import { type BackgroundCommand, runInBackground } from './run-in-background.js';

/** The steps of one maintenance, in their order. */
export type MaintenanceStep = 'prune' | 'pack' | 'join_packs' | 'commit_graph';

/** Told that a step began (`percent` null) or how far it is. */
export type OnProgress = (step: MaintenanceStep, percent: number | null) => void;

/** One core stays free for serving, and large files do not take the memory: 256 MiB for the window, 64 for deltas. */
const config = { 'pack.threads': '1', 'pack.windowMemory': '256m', 'pack.deltaCacheSize': '64m' };
const joinedAbove = 8;

/**
 * Packs a repository's loose objects, joins packs that are many, and writes its commit graph, while saves, pushes and
 * reads go on. One process at a time may do it to a repository. At whatever moment it ends or is killed, the repository
 * is sound: an object's old place is removed only once its new one is on disk.
 *
 * First what the refs lead to is packed (hidden refs, too), because git compares files by their paths then; joining packs
 * first, which takes loose objects as they come, made packs twenty times as large and took ten times as long.
 * @throws NativeGitError, or the signal's reason
 * @see https://git-scm.com/docs/git-pack-objects
 * @see https://git-scm.com/docs/git-repack#Documentation/git-repack.txt---geometricltfactorgt
 * @see https://git-scm.com/docs/git-commit-graph
 */
export async function maintain(
  native: NativeGit,
  gitdir: string,
  options: { signal: AbortSignal; onProgress: OnProgress },
): Promise<void> {
  const { signal, onProgress } = options;
  const run = (args: string[], more: Partial<BackgroundCommand> = {}) => {
    signal.throwIfAborted();
    return runInBackground(native, args, { gitdir, signal, config, ...more });
  };
  const withProgress = (step: MaintenanceStep): Partial<BackgroundCommand> => ({
    onPercent: (percent) => onProgress(step, percent),
  });

  onProgress('prune', null);
  await clearLeftovers(gitdir);
  await restorePruned(gitdir);
  await pruneLoose(native, gitdir, signal);

  onProgress('pack', null);
  await run([...packObjects, join(gitdir, 'objects', 'pack', 'pack')], withProgress('pack'));
  await syncFolder(join(gitdir, 'objects', 'pack'));
  await run(['prune-packed', '-q']);

  if ((await countPacks(gitdir)) > joinedAbove || (await needsMaintenance(gitdir))) {
    onProgress('join_packs', null);
    await run(['repack', '--geometric=2', '-d', '-q']);
  }

  onProgress('commit_graph', null);
  await run(['commit-graph', 'write', '--reachable', '--split', '--progress'], withProgress('commit_graph'));
}

/** What `git repack -d -l` runs, which tells of no progress unless a terminal reads it. */
const packObjects = [
  'pack-objects',
  '--honor-pack-keep',
  '--non-empty',
  '--all',
  '--reflog',
  '--indexed-objects',
  '--unpacked',
  '--incremental',
  '--local',
  '--delta-base-offset',
  '--progress',
];

/** Git syncs a pack's files, not the folder that names them. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
